"""What a course hands out, made from the notebooks: a site, slides, a student edition, an nbgrader course."""
