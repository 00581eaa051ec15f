"""From ranked passages and facts to an answer of which every statement is quoted."""
