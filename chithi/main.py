"""Options of the ``chithi`` command; what each subcommand does stands in :mod:`chithi.commands`.

Exit status: 0 done, 1 done but something was refused or not found, 2 wrong use or unusable input.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from indexer.errors import ChithiError

DEFAULT_INDEX = ".chithi"
LEVELS = ("trung-uong", "tinh", "so", "xa")


class _Parser(argparse.ArgumentParser):
    """argparse that speaks Vietnamese and exits with 2."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"chithi: {_translated(message)}\n        Xem hướng dẫn: {self.prog} --help\n")


_PHRASES = (
    ("the following arguments are required: ", "thiếu tham số bắt buộc: "),
    ("unrecognized arguments: ", "không có tham số này: "),
    ("invalid choice: ", "giá trị không hợp lệ: "),
    ("(choose from ", "(chọn một trong: "),
    ("expected one argument", "cần kèm một giá trị"),
    ("invalid int value: ", "không phải số nguyên: "),
    ("not allowed with argument", "không dùng cùng với"),
    ("one of the arguments ", "cần một trong các tham số: "),
    (" is required", ""),
    ("argument ", "tham số "),
)


def _translated(message: str) -> str:
    for english, vietnamese in _PHRASES:
        message = message.replace(english, vietnamese)
    return message


def _positive(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text}: cần một số nguyên từ 1 đến 1000")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"{text}: cổng phải từ 0 đến 65535")
    return value


def parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command."""
    top = _Parser(
        prog="chithi",
        description="Tra cứu, hỏi đáp có trích dẫn và rà soát chỉ thị, nghị quyết, kế hoạch.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="LỆNH", parser_class=_Parser)

    def command(name: str, help_: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_, description=help_)
        made.add_argument(
            "--index",
            type=Path,
            default=Path(os.environ.get("CHITHI_INDEX", DEFAULT_INDEX)),
            metavar="THƯ_MỤC",
            help=f"thư mục chỉ mục (mặc định: {DEFAULT_INDEX}, hoặc biến CHITHI_INDEX)",
        )
        return made

    def json_option(made: argparse._ActionsContainer) -> None:
        made.add_argument("--json", action="store_true", help="in một đối tượng JSON ra đầu ra chuẩn")

    def filter_options(made: argparse.ArgumentParser) -> None:
        made.add_argument("--doc", metavar="MÃ", help="chỉ trong văn bản này")
        made.add_argument("--type", metavar="LOẠI", help="loại văn bản: KH, CT, NQ, QĐ…")
        made.add_argument("--issuer", metavar="TÊN", help="cơ quan ban hành")
        made.add_argument("--level", choices=LEVELS, help="cấp ban hành")
        made.add_argument(
            "--from", dest="date_from", metavar="NGÀY", help="ban hành từ ngày (2026-07-25 hoặc 25/7/2026)"
        )
        made.add_argument("--to", dest="date_to", metavar="NGÀY", help="ban hành đến ngày")
        made.add_argument(
            "--reranker",
            metavar="TÊN",
            help="mô hình xếp hạng lại (cross-encoder), hoặc biến CHITHI_RERANKER",
        )

    made = command("index", "Đọc các văn bản và lập chỉ mục.")
    made.add_argument("paths", nargs="*", type=Path, metavar="ĐƯỜNG_DẪN", help="tệp hoặc thư mục văn bản")
    made.add_argument("--model", metavar="TÊN", help="mô hình nhúng: bỏ trống để dùng mô hình đi kèm")
    json_option(made)

    made = command("search", "Tìm đoạn văn theo từ khóa, số ký hiệu hoặc câu hỏi.")
    made.add_argument("query", nargs="?", metavar="TỪ_KHÓA")
    made.add_argument("-k", type=_positive, default=10, metavar="SỐ", help="số đoạn trả về (mặc định 10)")
    made.add_argument("--batch", type=Path, metavar="TỆP", help='tệp JSONL gồm các dòng {"qid","question"}')
    filter_options(made)
    json_option(made)

    made = command("ask", "Hỏi và nhận câu trả lời kèm trích dẫn.")
    made.add_argument("question", nargs="?", metavar="CÂU_HỎI")
    made.add_argument("--batch", type=Path, metavar="TỆP", help='tệp JSONL gồm các dòng {"qid","question"}')
    filter_options(made)
    output = made.add_mutually_exclusive_group()
    json_option(output)
    output.add_argument("--docx", type=Path, metavar="TỆP", help="ghi câu trả lời kèm trích dẫn ra tệp Word")

    made = command("feedback", "Xem phản hồi đúng, sai, thiếu đã ghi trên trang web; xuất thành bộ câu hỏi.")
    made.add_argument(
        "--export", type=Path, metavar="TỆP", help="ghi bộ câu hỏi JSONL (dùng cho chithi eval)"
    )

    made = command("show", "Xem một văn bản đã đọc: nội dung, mục lục, nhiệm vụ, viện dẫn.")
    made.add_argument("doc", metavar="MÃ")
    json_option(made)

    made = command("tasks", "Liệt kê nhiệm vụ: ai chủ trì, phối hợp, khi nào xong; xuất bảng phân công.")
    made.add_argument("--doc", metavar="MÃ", help="chỉ trong văn bản này")
    made.add_argument("--unit", metavar="TÊN", help="đơn vị: tên, một phần tên hoặc tên viết tắt")
    made.add_argument(
        "--role", choices=("lead", "coordinate"), help="vai trò: lead (chủ trì) hoặc coordinate (phối hợp)"
    )
    made.add_argument("--due-from", metavar="NGÀY", help="hạn từ ngày (2026-07-25, 25/7/2026, 7/2026, 2026)")
    made.add_argument("--due-to", metavar="NGÀY", help="hạn đến ngày")
    output = made.add_mutually_exclusive_group()
    json_option(output)
    for suffix, what in (
        ("xlsx", "bảng Excel"),
        ("csv", "bảng CSV"),
        ("docx", "phụ lục phân công nhiệm vụ (Word)"),
        ("ics", "lịch hạn hoàn thành"),
    ):
        output.add_argument(f"--{suffix}", type=Path, metavar="TỆP", help=f"ghi {what} vào tệp")

    made = command("check", "Rà soát kế hoạch với văn bản cấp trên, hoặc rà một kế hoạch trước khi ký.")
    made.add_argument("child", nargs="?", metavar="KẾ_HOẠCH", help="mã văn bản hoặc tệp")
    made.add_argument(
        "parent", nargs="?", metavar="CẤP_TRÊN", help="mã văn bản hoặc tệp; bỏ trống để rà riêng kế hoạch"
    )
    made.add_argument(
        "--children", metavar="CẤP_TRÊN", help="ma trận: mọi kế hoạch trong kho triển khai văn bản này"
    )
    made.add_argument("--old", metavar="BẢN_CŨ", help="so với bản cũ của chính kế hoạch này")
    made.add_argument(
        "--chain", action="store_true", help="đi dọc chuỗi văn bản từ cấp cao nhất: việc nào dừng ở đâu"
    )
    made.add_argument("--we", metavar="TÊN", help="cơ quan được tính trách nhiệm, nếu khác cơ quan ban hành")
    output = made.add_mutually_exclusive_group()
    json_option(output)
    for suffix, what in (
        ("xlsx", "bảng rà soát Excel"),
        ("docx", "bảng rà soát Word"),
        ("html", "trang HTML"),
    ):
        output.add_argument(f"--{suffix}", type=Path, metavar="TỆP", help=f"ghi {what} vào tệp")

    made = command(
        "graph", "Xem văn bản nào thực hiện, thay thế văn bản nào, kể cả văn bản chưa có trong kho."
    )
    made.add_argument("--doc", metavar="MÃ", help="chỉ phần trên và dưới văn bản này")
    output = made.add_mutually_exclusive_group()
    json_option(output)
    output.add_argument("--svg", type=Path, metavar="TỆP", help="ghi sơ đồ vào tệp SVG")

    made = command("eval", "Đo chất lượng tìm kiếm và trả lời bằng một bộ câu hỏi; so sánh các cấu hình.")
    from eval.options import add_arguments

    add_arguments(made)

    made = command("serve", "Mở trang web tra cứu trên máy này.")
    made.add_argument("--host", default="127.0.0.1", metavar="ĐỊA_CHỈ")
    made.add_argument("--port", type=_port, default=8000, metavar="CỔNG")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status.  Messages go to stderr, results to stdout."""
    options = parser().parse_args(arguments)
    from chithi import commands

    try:
        return commands.COMMANDS[options.command](options)
    except ChithiError as error:
        print(f"chithi: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nchithi: đã dừng theo yêu cầu; chỉ mục cũ vẫn nguyên vẹn.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of a pipe went away: nothing more can be said to it.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return 1


def run() -> NoReturn:
    """Entry point of the console script: UTF-8 whatever the console's code page is."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main())
