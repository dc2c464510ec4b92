"""Change packages between replicas."""
