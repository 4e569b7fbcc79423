from credit.models.subject import Subject, SubjectChange, SubjectQuerySet

__all__ = ["Subject", "SubjectChange", "SubjectQuerySet"]
