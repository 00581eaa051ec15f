"""A plan against its parent, alone, in a chain, among many, or in two versions."""
