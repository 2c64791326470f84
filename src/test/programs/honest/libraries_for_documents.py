# reason: completed
# stdout: 42 42 Hello b'%PDF' hi hi {'a': 1} a<b
# stderr-has: 100%
# files: letter.docx page.pdf picture.png table.xlsx written.xlsx
import bs4
import docx
import jinja2
import lxml.etree
import openpyxl
import pandas as pd
import requests
import tabulate
import tqdm
import xlsxwriter
import yaml
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

pd.DataFrame({"answer": [42]}).to_excel("table.xlsx", index=False)
with xlsxwriter.Workbook("written.xlsx") as book:
    book.add_worksheet().write(0, 0, 42)
letter = docx.Document()
letter.add_paragraph("Hello")
letter.save("letter.docx")
canvas = Canvas("page.pdf")
canvas.drawString(100, 100, "Hello")
canvas.save()
Image.new("RGB", (4, 4)).save("picture.png")
page = "<html><p>hi</p></html>"
print(pd.read_excel("table.xlsx").answer[0], openpyxl.load_workbook("written.xlsx").active["A1"].value, end=" ")
print(docx.Document("letter.docx").paragraphs[0].text, open("page.pdf", "rb").read(4), end=" ")
print(bs4.BeautifulSoup(page, "lxml").p.text, lxml.etree.HTML(page).findtext(".//p"), yaml.safe_load("a: 1"), end=" ")
print(jinja2.Template("a{{ sign }}b").render(sign="<"))
assert tabulate.tabulate([[1]]) and requests.Request("GET", "http://localhost/").prepare()
for _ in tqdm.tqdm(range(3)):
    pass
