"""Warnings: sources of events, rules, evaluation, response, reports."""
