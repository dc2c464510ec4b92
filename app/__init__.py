"""Zhucun (驻村): monthly monitoring of households, on a laptop without network."""
