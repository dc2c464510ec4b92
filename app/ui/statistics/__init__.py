"""统计报表: tables, checks, pictures, and the check of foreign figures."""
