"""数据质量: doubts and negative-list findings, each looked into in the house and answered."""
