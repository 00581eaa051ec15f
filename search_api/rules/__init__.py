"""How questions are asked, as data with examples (see :mod:`search_api.questions.question`)."""
