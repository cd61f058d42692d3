"""Cities that exist, and what nobody ever said of them: documents made up for measuring, never facts."""
