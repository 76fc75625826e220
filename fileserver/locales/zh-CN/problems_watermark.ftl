problem-render-failed-title = 无法渲染
problem-render-failed-detail = 无法渲染该页面。
problem-render-failed-explanation = 文件中包含渲染器无法处理的内容。

problem-unsupported-type-title = 不支持该类型的文件
problem-unsupported-type-detail = 无法将此类文件转换为页面。
problem-unsupported-type-explanation = 仅支持 PDF、Office 文件和常见图片格式。

problem-pdf-encrypted-title = PDF 需要密码
problem-pdf-encrypted-detail = 该 PDF 需要密码才能打开，请上传无密码的版本。
problem-pdf-encrypted-explanation = 受密码保护的 PDF 既无法检查，也无法加盖标记。

problem-pdf-damaged-title = PDF 已损坏
problem-pdf-damaged-detail = 无法读取该 PDF 或其中的某一页。
problem-pdf-damaged-explanation = 文件不符合 PDF 规范。请用原制作软件重新导出。

problem-pdf-empty-title = PDF 没有页面
problem-pdf-empty-detail = 该 PDF 没有页面。
problem-pdf-empty-explanation = 没有可显示的内容。请检查文件后重新上传。

problem-image-damaged-title = 图片已损坏
problem-image-damaged-detail = 无法解码该图片。
problem-image-damaged-explanation = 文件被截断、损坏，或不是已知格式的图片。

problem-source-too-large-title = 文件过大，无法渲染
problem-source-too-large-detail = 该文件超过可渲染的大小。
problem-source-too-large-explanation = 渲染需将整个文件放入内存，因此大小有限制。

problem-source-incomplete-title = 文件不完整
problem-source-incomplete-detail = 文件比预期更早结束，请重试。
problem-source-incomplete-explanation = 用于渲染的字节数少于预期。

problem-too-many-pages-title = 页数过多
problem-too-many-pages-detail = 文档页数超过允许的上限。
problem-too-many-pages-explanation = 单个文档的页数有限制，请拆分成多个文档。

problem-too-many-pixels-title = 图片过大
problem-too-many-pixels-detail = 页面或图片的像素数超过允许的上限。
problem-too-many-pixels-explanation = 为保护服务器，像素数有限制。请缩小图片。

problem-render-memory-title = 过于复杂，无法渲染
problem-render-memory-detail = 渲染所需内存超过允许的上限。
problem-render-memory-explanation = 页面异常复杂。请简化或合并图层后重新上传。

problem-render-timeout-title = 渲染超时
problem-render-timeout-detail = 渲染所需时间超过允许的上限。
problem-render-timeout-explanation = 页面异常复杂，或服务器繁忙。请重试或简化页面。

problem-render-crashed-title = 渲染中断
problem-render-crashed-detail = 渲染进程意外结束，请重试。
problem-render-crashed-explanation = 渲染在独立进程中运行，因此有问题的文件不会影响其他部分。该文件使进程结束了。

problem-render-busy-title = 渲染繁忙
problem-render-busy-detail = 所有渲染进程都在忙，请稍后重试。
problem-render-busy-explanation = 请求的页面超过可同时渲染的数量，稍等即可。

problem-office-converter-missing-title = 无法转换 Office 文件
problem-office-converter-missing-detail = 本服务器无法转换 Office 文件，请上传 PDF。
problem-office-converter-missing-explanation = 后台进程所在机器没有 LibreOffice，或其内核无法将它隔离运行。请参阅运维指南。

problem-office-conversion-failed-title = Office 文件转换失败
problem-office-conversion-failed-detail = 无法由此 Office 文件生成 PDF，请导出为 PDF 后再上传。
problem-office-conversion-failed-explanation = 文件已损坏、设有密码，或所需时间、内存超出允许范围。

problem-office-too-large-title = Office 文件过大
problem-office-too-large-detail = 此 Office 文件或其解压后的内容超出可转换的大小。
problem-office-too-large-explanation = Office 文件是压缩包：其大小、部件数量和解压后的大小都有上限。

problem-text-not-readable-title = 无法读取文字
problem-text-not-readable-detail = 无法从这种文件中读出文字。
problem-text-not-readable-explanation = 规则检查针对文字；读不出文字的文件须由审核人查看。

problem-text-damaged-title = 文件已损坏
problem-text-damaged-detail = 无法从该文件中读出文字，文件可能已损坏。请重新导出后上传。
problem-text-damaged-explanation = 文件内容与其类型不符，或已损坏。
