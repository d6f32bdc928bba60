"""The unified publication standard as an artefact: its forms, schemas, shapes, templates, examples, rules and versions.

Everything is made from the declarations that the code itself runs on; what is said beyond them (rules in words, notes for sources,
examples) stands in TOML files beside the modules.
"""
