"""Intuit's query language: a parser and an evaluator (quickbooks.md 3)."""
