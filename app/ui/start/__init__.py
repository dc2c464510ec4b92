"""Start: unlocking a replica, or the first-use wizard that makes one."""
