problem-upload-used-title = 该上传已被使用
problem-upload-used-detail = 该上传已成为某份资料的第 { $version } 版。
problem-upload-used-explanation = 一次上传只能成为一份资料的一个版本。成员 material_id 指出是哪一份；如需用于别处，请重新上传文件。

invalid-control-characters = 文字中含有控制字符，或会改变文字方向的字符。

finding-other = 检测器 { $detector } 报告：{ $rule }。
finding-extension-mismatch = 文件名以 .{ $extension } 结尾，但内容实为 { $media_type }。
finding-leading-bytes = PDF 之前有 { $bytes } 字节的其他内容。
finding-two-formats = 该文件既可作为 { $media_type } 打开，也可作为 { $other } 打开。
finding-not-sealable = 此类文件（{ $media_type }）暂不能加盖水印：查看者无法打开，审核员可阅读原件。
finding-unsupported-type = 此类文件无法生成页面。
finding-pdf-owner-password = PDF 的作者限制了打印或复制。
finding-pdf-signed = PDF 带有数字签名；加盖水印的副本不带签名。
finding-pdf-xfa = PDF 是 XFA 表单；所显示的可能只是占位页。
finding-pdf-portfolio = PDF 是文件包；只显示封面，不显示其中的文件。
finding-pdf-attachments = PDF 带有附件，查看者得不到这些附件。
finding-pdf-repaired = PDF 的结构已损坏，为显示而做了修复。
finding-pdf-uninspected = 无法检查 PDF 的结构。
finding-image-more-frames = 图片有 { $frames } 帧或页；只显示第一帧。
finding-image-reduced = 图片有 { $pixels } 像素；下载件会缩小到 { $limit } 像素以内。
finding-image-profile-ignored = 图片的色彩配置文件已损坏，颜色可能有差异。
finding-render-failed = 文件中有无法呈现的内容。
finding-pdf-encrypted = PDF 需要密码才能打开。
finding-pdf-damaged = PDF 或其中一页无法读取。
finding-pdf-empty = PDF 没有页面。
finding-image-damaged = 图片无法解码。
finding-source-too-large = 文件过大，无法呈现。
finding-too-many-pages = 文档页数超过可显示的上限。
finding-too-many-pixels = 图片像素超过可显示的上限。
finding-render-memory = 呈现该文件所需内存超过允许的上限。
finding-render-timeout = 呈现该文件所需时间超过允许的上限。
finding-render-crashed = 呈现程序在该文件上反复中断。

invalid-upload-used = 该上传已成为一个版本。
invalid-upload-unfinished = 该上传尚未完成。
invalid-not-prepared = 该版本仍在准备中。
