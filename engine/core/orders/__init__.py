"""Orders: from a wish to an order the broker can be sent, its checks, and what its answers mean."""
