"""The way of an entry, stage by stage: from the page that a visitor sees to the inbox of whoever answers.

Guide: Missing Form Submissions. Pure: what a browser saw, what the site answered and what its events told goes in,
stages with their proof and one cause come out.
"""
