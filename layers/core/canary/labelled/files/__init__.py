"""The files of labelled sets: bytes of any encoding and packing in, records by number out.

Rules: what Python's `csv` reads as one record is one record here. Whatever is left out, joined or
taken for something else is counted, so that records read and records told make up the file.
"""
