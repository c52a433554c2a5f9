"""The OpenAPI document as a contract: what it says about an answer is checked, and nothing else may come.

document.py reads it, schemas.py compiles its schemas, sparse.py narrows them, answers.py checks one answer,
examples.py the document's own examples. What the property run needs beside that: values.py, requests.py
and wrongs.py make requests, wire.py sends them, judge.py judges what comes: by the document, by rights.py,
which says who may do what, and by marks.py, which finds what nobody may see. observer.py is how every
functional test has its answers checked.
"""
