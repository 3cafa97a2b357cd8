"""What an overflow centre is paid for: its contract, and the cost of its calls."""
