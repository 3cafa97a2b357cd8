"""Rules of callbacks: numbers, time slots, states, retries, limits."""
