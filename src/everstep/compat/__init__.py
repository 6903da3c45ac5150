"""Names that other people's tools and code expect; no rule lives here."""
