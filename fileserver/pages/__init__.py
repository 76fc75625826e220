"""The pages: the employees' console and the viewers' share pages, server-rendered, zh-CN first.

Pages read through the same services as the API and change things only through the API, by `static/forms.js`: there is
one way in for every command. Reading works without JavaScript.
"""
