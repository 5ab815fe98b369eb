"""Datasets: folders, recipes from public sets, splits, audits."""
