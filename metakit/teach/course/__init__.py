"""The exercises of the course, one file a lesson: each constant is named like the function that the learner writes."""
