"""What agents say became of their calls, and what a call without it leaves in the inbox."""
