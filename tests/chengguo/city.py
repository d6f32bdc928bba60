"""A source that reads a file of its own home; `FOLDER` stands for the folder it may read."""

SOURCE = """
id = "city"
title = { zh = "某市" }
publisher = { zh = "某局" }
region = "330100"
licence = "https://creativecommons.org/licenses/by/4.0/"
protocol = "file"
url = "file:list.csv"
mappings = ["city"]
[options]
key = "编号"
folder = "FOLDER"
"""
