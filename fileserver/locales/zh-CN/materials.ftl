problem-upload-used-title = 该上传已被使用
problem-upload-used-detail = 该上传已成为某份资料的第 { $version } 版。
problem-upload-used-explanation = 一次上传只能成为一份资料的一个版本。成员 material_id 指出是哪一份；如需用于别处，请重新上传文件。

invalid-control-characters = 文字中含有控制字符，或会改变文字方向的字符。

finding-other = 检测器 { $detector } 报告：{ $rule }。
broken-rule = { $rule } { $title }：{ $plain }建议：{ $suggestion }
finding-extension-mismatch = 文件名以 .{ $extension } 结尾，但内容实为 { $media_type }。
finding-leading-bytes = PDF 之前有 { $bytes } 字节的其他内容。
finding-two-formats = 该文件既可作为 { $media_type } 打开，也可作为 { $other } 打开。
finding-not-sealable = 此类文件（{ $media_type }）暂不能加盖逐人水印：可以保存、检查和审批，但品牌以外的人无法查看；审核员阅读原件。
finding-unsupported-type = 此类文件无法生成页面。
finding-pdf-owner-password = PDF 的作者限制了打印或复制。
finding-pdf-signed = PDF 带有数字签名；加盖水印的副本不带签名。
finding-pdf-xfa = PDF 是 XFA 表单；所显示的可能只是占位页。
finding-pdf-portfolio = PDF 是文件包；只显示封面，不显示其中的文件。
finding-pdf-attachments = PDF 带有附件，查看者得不到这些附件。
finding-pdf-repaired = PDF 的结构已损坏，为显示而做了修复。
finding-pdf-uninspected = 无法检查 PDF 的结构。
finding-pdf-active-content = PDF 带有脚本或会打开、发送内容的动作；所有副本都不带。
finding-pdf-no-template = 此 PDF 的下载件只能是页面图片，文字不可检索（{ $cause }）。
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
finding-malware-found = 文件含有恶意软件（{ $signature }）。
finding-not-opened = 含有恶意软件的文件不会被打开，因此没有页面。
finding-malware-not-scanned = 文件未经病毒扫描：{ $cause ->
    [not-configured] 服务器没有病毒扫描程序
    [no-daemon] 病毒扫描程序没有响应
    [timeout] 病毒扫描超时
    [too-large] 文件超过病毒扫描程序的大小限制，或扫描中断
   *[error] 病毒扫描程序没有给出结果
}。
finding-detector-failed = 检查项“{ $name }”没有得出结果（{ $cause }），因此不能视为通过。
finding-type-mismatch = 文件扩展名是 .{ $extension }，但内容是 { $said }（{ $by } 判断）。
finding-type-not-accepted = 不接受扩展名为“{ $extension }”的文件。
finding-file-empty = 文件为空。
finding-structure-broken = 文件不完整，或内部结构与 .{ $extension } 不符。
finding-appended-data = 文件结尾之后还有 { $bytes } 字节，其中可能藏有别的文件。
finding-archive-inside = 文件同时也是一个压缩包。
finding-archive-path = 压缩包内有会写到别处或掩饰自己的文件名。
finding-archive-link = 压缩包内有链接或设备文件。
finding-archive-bomb = 压缩包解开后远大于允许的大小（{ $what }：{ $found }）。
finding-archive-deep = 压缩包里套了太多层压缩包。
finding-archive-overlapping = 压缩包内的文件互相重叠。
finding-archive-encrypted = 压缩包设有密码，无法检查。
finding-archive-damaged = 压缩包已损坏，或目录与内容不一致。
finding-archive-duplicate = 压缩包内有同名文件。
finding-pdf-active = PDF 含有会自动执行或连接外部的内容：{ $kind ->
    [javascript] 脚本
    [launch] 启动程序
    [submit-form] 提交表单
    [import-data] 导入数据
    [remote-document] 打开其他文件
    [embedded-document] 打开内嵌文件
    [embedded-file] 附件
    [xfa] XFA 表单
    [remote-file] 外部文件
   *[other] 多媒体（{ $kind }）
}，{ $count } 处。请在导出时去掉脚本、附件和表单动作。
finding-pdf-links = 有 { $count } 个网址链接，请确认指向的页面符合规定。
finding-pdf-password = PDF 设有打开密码，无法检查。请去掉密码后重新上传。
finding-pdf-unreadable = PDF 已损坏，无法完整检查。请重新导出。
finding-pdf-bomb = PDF 内有解开后异常巨大的内容。
finding-office-macros-inside = 文件含有宏。请另存为不含宏的文件。
finding-office-embedded = 文件内嵌了程序或其他对象，请删除后重新上传。
finding-office-external = 文件会从外部取用内容（{ $kind }，{ $count } 处）。请改为嵌入图片，并断开外部链接。
finding-office-commands = 文件含有会执行命令或取用外部数据的域（{ $kind }，{ $count } 处）。
finding-office-entities = 文件的 XML 声明了实体，可能用来读取服务器文件。
finding-office-unreadable = Office 文件已损坏，无法完整检查。请重新导出。
finding-pixel-flood = 图片声称的尺寸过大（{ $width } × { $height } 像素）。
finding-picture-unreadable = 无法读取图片的尺寸，文件已损坏。
finding-html-refused = 不接受网页内容。
finding-svg-active = SVG 图形含有脚本、事件或外部引用：{ $kind }（{ $count } 处）。
finding-xml-entities = 文件的 XML 声明了实体，可能用来读取服务器文件。
finding-xml-broken = XML 不完整，无法检查。
finding-findings-cut = 发现的问题太多，只列出前 { $limit } 个。
finding-platform-risky = 微信内容安全检测判定这段文字违规（类别 { $label }：{ $label ->
    [10001] 广告
    [20001] 时政
    [20002] 色情
    [20003] 辱骂
    [20006] 违法犯罪
    [20008] 欺诈
    [20012] 低俗
    [20013] 版权
   *[other] 其他
}）。
finding-platform-doubtful = 微信内容安全检测建议人工复核这段文字（类别 { $label }）。
finding-platform-not-checked = 微信没有检测全部文字：{ $cause ->
    [user-away] 用于检测的用户两小时内没有使用过该小程序
    [user-unknown] 微信不认识用于检测的用户
    [quota] 今日检测次数已用完
    [unavailable] 微信没有响应
    [too-long] 文字太多
    [no-text] 没有可供检测的文字
   *[other] 微信没有给出结果（{ $cause }）
}。
finding-picture-risky = 微信内容安全检测判定这一页的画面违规（类别 { $label }：{ $label ->
    [10001] 广告
    [20001] 时政
    [20002] 色情
    [20003] 辱骂
    [20006] 违法犯罪
    [20008] 欺诈
    [20012] 低俗
    [20013] 版权
   *[other] 其他
}）。
finding-picture-doubtful = 微信内容安全检测建议人工复核这一页的画面（类别 { $label }）。
finding-picture-not-checked = 微信没有检测全部页面的画面：{ $cause ->
    [user-away] 用于检测的用户两小时内没有使用过该小程序
    [user-unknown] 微信不认识用于检测的用户
    [quota] 今日检测次数已用完
    [unavailable] 微信没有响应
    [unanswered] 35 分钟内没有收到结果
    [unreadable] 微信没能取到或读出图片
    [too-large] 图片太大
    [too-many] 页数太多，从这一页起没有送检
    [no-pictures] 没有可供检测的页面
   *[other] 微信没有给出结果（{ $cause }）
}。
finding-page-not-read = 这一页的画面无法识别（{ $cause }），请人工阅读。
finding-pages-not-looked-at = 本服务器不识别画面中的文字；{ $pages } 页可能含有未经检查的文字。
finding-drawing-not-read = 图形中以轮廓、图片或自带字形呈现的文字没有经过任何规则检查，请人工阅读。
finding-text-cut = 文字太多，只检查了一部分，因此不能视为通过。
finding-text-not-readable = 未阅读：此类文件（{ $media_type }）的文字机器读不出来，规则未作检查，须由人阅读原件。
finding-personal-data-id-number = 含有身份证号码。
finding-personal-data-mobile-phone = 含有手机号码：如属个人，请删去；如属机构，请说明。
finding-personal-data-bank-card = 含有银行卡号。
finding-personal-data-medical-record = 含有病历、住院或就诊号码。
finding-face-beside-medical-text = 医疗文字旁有人脸（{ $faces } 张，可信度 { $percent }%）：患者形象不得用于广告；其他人须有书面同意。
finding-picture-pair = 两幅画面并列且构图相近（{ $percent }%），可能是前后对比。
finding-office-macros = 文件含有宏。宏不会被运行，页面中也不含宏。
finding-office-linked-content = 文件有 { $links } 处图片或其他内容引自外部；系统不会获取，因此页面中没有这些内容。
finding-office-converted = 页面来自由此文件转换的 PDF（SHA-256 { $sha256 }）；字体与换行可能与原件不同。
finding-office-converter-missing = 本服务器无法转换 Office 文件。请改传 PDF，或请管理员安装 LibreOffice。
finding-office-conversion-failed = 此 Office 文件无法转换为 PDF：文件已损坏、设有密码，或排版过于复杂。请导出为 PDF 后再上传。
finding-office-too-large = 此 Office 文件或其解压后的内容超出可转换的大小。

invalid-upload-used = 该上传已成为一个版本。
invalid-upload-unfinished = 该上传尚未完成。
invalid-not-scanned = 该版本的自动检查尚未完成。
invalid-scan-blocks = 该版本的自动检查未通过。
invalid-not-prepared = 该版本仍在准备中。
