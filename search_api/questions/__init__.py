"""What a question asks: its kind, topic, scope, mended slips and expanded words."""
