"""The ``chithi`` command: composes the rooms; nothing imports it."""
