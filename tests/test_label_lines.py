"""Labelled lines in every shape: several in one bracket, values as bullets, bullets that are labels."""

from __future__ import annotations

from indexer.label_lines import label_blocks
from indexer.labels import match_label
from indexer.records import Block, Span


def blocks_of(text: str) -> list[Block]:
    blocks, at = [], 0
    for line in text.split("\n"):
        span = Span(at, at + len(line))
        label = match_label(line)
        if label is not None:
            blocks.append(Block(span, "label", 0, Span(at + label.end, span.end), label.key))
        elif line.startswith("- "):
            blocks.append(Block(span, "bullet", 0, Span(at + 2, span.end)))
        elif line:
            blocks.append(Block(span, "paragraph", 0, span))
        at += len(line) + 1
    return blocks


def read(text: str) -> list[tuple[str, str | None, str]]:
    return [(b.kind, b.label, b.body.of(text)) for b in label_blocks(text, blocks_of(text))]


def test_several_labels_in_one_value() -> None:
    assert read("Đơn vị thực hiện: Phòng Tư pháp; thời gian: Quý II/2026).") == [
        ("label", "lead_or_implement", "Phòng Tư pháp"),
        ("label", "deadline", "Quý II/2026"),
    ]


def test_value_as_bullets() -> None:
    text = "Đơn vị chủ trì:\n- Phòng Kinh tế\n- Công an xã\n- Tổ chức hội nghị tại các thôn trên địa bàn xã."
    (label, bullet) = read(text)
    assert label == ("label", "lead", "- Phòng Kinh tế\n- Công an xã")
    assert bullet[0] == "bullet"


def test_bullets_that_are_labels() -> None:
    text = (
        "- Phòng Kinh tế chủ trì; Công an xã phối hợp.\n- Hoàn thành trong quý I/2026.\n- Tổ chức hội nghị."
    )
    assert [(kind, label) for kind, label, _ in read(text)] == [
        ("label", "lead"),
        ("label", "deadline"),
        ("bullet", None),
    ]


def test_other_bullets_stay() -> None:
    text = "- Phòng Kinh tế chủ trì, phối hợp với Công an xã rà soát hồ sơ.\n- Thực hiện tốt quy chế dân chủ."
    assert [kind for kind, _, _ in read(text)] == ["bullet", "bullet"]
