"""Forms: the page read, the form tried in a real browser, the way of its entry traced, its silence noticed.

Guide: Form Not Submitting, Missing Form Submissions.
"""
