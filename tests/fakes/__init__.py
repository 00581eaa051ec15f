"""Stand-ins for the parts of the product that a test does not want to run."""
