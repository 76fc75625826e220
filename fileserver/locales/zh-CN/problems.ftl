problem-page-explain = 这是什么意思？
problem-page-home = 返回首页
problem-page-list = 问题说明
problem-page-request = 请求编号 { $id }

problem-bad-request-title = 无法理解该请求
problem-bad-request-detail = 服务器无法理解该请求。
problem-bad-request-explanation = 请求不符合 HTTP 规则，或该地址不提供所请求的内容。请检查地址、请求头和方法。

problem-malformed-body-title = 请求内容格式错误
problem-malformed-body-detail = { $reason ->
    [utf-8] 请求内容不是有效的 UTF-8。
    [json-syntax] 请求内容不是有效的 JSON。
    [json-duplicate-name] 请求内容中有对象包含重复的成员名。
    [json-not-a-number] NaN 和 Infinity 不是有效的 JSON。
    [json-depth] 请求内容嵌套过深。
    [form-syntax] 无法读取表单。
   *[other] 无法读取请求内容。
}
problem-malformed-body-explanation = 请求内容格式不正确。JSON 必须是 UTF-8，不得有重复的成员名，不得有 NaN 或 Infinity，最多嵌套 32 层。

problem-not-signed-in-title = 请先登录
problem-not-signed-in-detail = 此操作需要登录，您尚未登录或登录已过期。
problem-not-signed-in-explanation = 该地址仅供已登录的人员使用。请重新登录，或在 Authorization 请求头中提供有效的 API 令牌。

problem-wrong-kind-title = 账号类型不符
problem-wrong-kind-detail = { $needed ->
    [employee] 此处仅供品牌员工使用。
    [viewer] 此处仅供打开分享的查看者使用。
   *[other] 此处供另一类账号使用。
}
problem-wrong-kind-explanation = 员工和查看者使用服务器的不同部分。请用相应类型的账号登录。

problem-token-not-accepted-title = 此处不接受 API 令牌
problem-token-not-accepted-detail = 此操作只能在登录会话中进行，不能使用 API 令牌。
problem-token-not-accepted-explanation = 某些操作仅限人员在浏览器中进行。请登录后操作。

problem-scope-missing-title = 令牌权限范围不足
problem-scope-missing-detail = API 令牌需要权限范围 { $scope }。
problem-scope-missing-explanation = 每个 API 令牌仅限于创建时指定的权限范围。请创建包含所需范围的令牌。

problem-origin-refused-title = 请求来自其他网站
problem-origin-refused-detail = 您的浏览器表明该请求由其他网站发出。
problem-origin-refused-explanation = 为保护您的会话，仅接受本服务器页面发出的更改。请在本站打开页面后重试。

problem-callback-refused-title = 不是平台推送的消息
problem-callback-refused-detail = 消息未被接收：{ $reason }。
problem-callback-refused-explanation = 仅接收微信或企业微信在五分钟内为本服务器签名的消息。请核对平台后台与本服务器设置中的 Token 和 EncodingAESKey，并检查服务器时钟。

problem-csrf-refused-title = 页面已过期
problem-csrf-refused-detail = 请求缺少来自您本人页面的证明。请刷新页面后重试。
problem-csrf-refused-explanation = 浏览器会话中的更改必须附带会话的 CSRF 令牌（请求头 X-CSRF-Token 或表单字段 csrf_token）。刷新后的页面会带有该令牌。

problem-operators-only-title = 仅限运维人员
problem-operators-only-detail = 该地址仅对服务器运维人员开放。
problem-operators-only-explanation = 服务器运行数据仅向运维人员配置的网络和令牌开放。

problem-path-unknown-title = 页面不存在
problem-path-unknown-detail = 该地址没有内容。
problem-path-unknown-explanation = 地址输入有误，或原有内容已不存在。

problem-method-not-allowed-title = 不支持该方法
problem-method-not-allowed-detail = 该地址存在，但不支持此方法。
problem-method-not-allowed-explanation = 响应头 Allow 列出了该地址支持的方法。

problem-body-timed-out-title = 请求到达过慢
problem-body-timed-out-detail = 请求内容未能在 { $timeout_s } 秒内到达。
problem-body-timed-out-explanation = 连接过慢或中断。未作任何更改，请重试。

problem-body-too-large-title = 内容过大
problem-body-too-large-detail = 请求内容超过此处允许的 { $size_max_bytes } 字节。
problem-body-too-large-explanation = 每个地址都限制读取的大小。文件应使用断点续传上传，而不是放在此类请求中。

problem-unsupported-media-type-title = 不支持的媒体类型
problem-unsupported-media-type-detail = 请求内容必须以 { $expected } 发送。
problem-unsupported-media-type-explanation = 请求头 Content-Type（或 Content-Encoding）指明的格式此处不接受。

problem-invalid-request-title = 请检查输入内容
problem-invalid-request-detail = 部分字段不符合规则，未作任何更改。
problem-invalid-request-explanation = 成员 errors 以 JSON 指针列出每个字段、违反的规则及说明。

problem-internal-error-title = 服务器出错
problem-internal-error-detail = 服务器发生错误。请重试；若问题仍然存在，请将请求编号告知管理员。
problem-internal-error-explanation = 服务器端的缺陷或故障。管理员可凭请求编号在日志中查找。

problem-precondition-failed-title = 前提条件不成立
problem-precondition-failed-detail = 请求所要求的内容版本与现有内容不同，未返回任何内容。
problem-precondition-failed-explanation = 请求头 If-Match 或 If-Unmodified-Since 的条件不成立。请重新读取内容，再按新的 ETag 提出请求。

problem-timed-out-title = 服务器响应超时
problem-timed-out-detail = 服务器未能在 { $timeout_s } 秒内作出响应，请重试。
problem-timed-out-explanation = 服务器负载过高或正在等待其他部分。请稍后重试。

problem-refused-title = 已拒绝
problem-refused-detail = 不允许此操作。
problem-refused-explanation = 服务器的规则不允许此操作。

problem-access-denied-title = 没有权限
problem-access-denied-detail = 您没有权限进行此操作。
problem-access-denied-explanation = 未明确许可的操作一律拒绝。成员 rule 指明作出决定的规则；请联系资料所有者或您的经理。

problem-not-found-title = 未找到
problem-not-found-detail = 该内容不存在，或您无权看到。
problem-not-found-explanation = 您无权知晓的内容与不存在的内容显示相同。

problem-invalid-value-title = 值不可接受
problem-invalid-value-detail = 有一处填写在此处不可接受，未作任何更改。
problem-invalid-value-explanation = 成员 errors 指明了字段。请更正后重试。

problem-wrong-state-title = 当前无法进行
problem-wrong-state-detail = 此操作与当前状态不符。请刷新查看最新状态。
problem-wrong-state-explanation = 资料、审核和分享都按固定步骤进行，此步骤不能接在当前状态之后。可能他人已先行操作。

problem-requirement-unmet-title = 条件尚未满足
problem-requirement-unmet-detail = { $need ->
    [in-use] 资料已撤回。
    [prepared] 页面仍在准备。
    [scanned] 机器检查尚未完成。
    [rules-current] 检查使用的规则集已更新，请等待重新检查。
    [rules-stood-by] 现行规则集是上传人启用的，须由他人在规则页确认后才能通过。
    [pictures-checked] 微信仍在检测页面图片，最多需要 35 分钟。
    [nothing-hard] 机器检查发现了不可排除的问题，请更换文件。
    [blocks-dismissed] 还有“拦截”类发现没有说明理由并排除。
    [reviews-decided] 还有“请核对”类发现没有处理。
    [evidence-attached] 还有“需证据”类发现未处理：请附上证据，或说明理由并排除。
    [certificate-valid] 此类资料需要有效的审查证明，目前没有。
    [steps-signed] 还有审核意见没有签署。
    [same-bytes] 审核意见针对的是另一份文件。
   *[other] 此步骤的条件尚未满足。
}
problem-requirement-unmet-explanation = 提交和通过各有必须满足的条件：机器检查完成、发现已处理、证据与证明齐全。needs 列出尚未满足的全部条件。

problem-claimed-title = 他人正在处理
problem-claimed-detail = 另一位审核人员已认领，最迟到 { $until } 释放。
problem-claimed-explanation = 认领让一项审核在两小时内只由一人处理，到期自动释放，不会一直占用。

problem-sign-in-refused-title = 登录被拒绝
problem-sign-in-refused-detail = 登录名或密码错误，或该账号不允许登录。
problem-sign-in-refused-explanation = 出于安全考虑，不说明具体原因。请检查两者，或联系管理员。

problem-code-refused-title = 验证码无效
problem-code-refused-detail = 验证码不正确、已用过或已过期。
problem-code-refused-explanation = 验证码只能使用一次，有效期有限；输错几次后也会失效。请核对后重试，或重新获取。
problem-step-up-needed-title = 需要再次确认身份
problem-step-up-needed-detail = 这项操作需要您再次确认身份。
problem-step-up-needed-explanation = 涉及权限、登录方式或密钥的操作，要求在十分钟内确认过身份。请输入密码或动态码后重试。

problem-second-factor-needed-title = 需要启用两步验证
problem-second-factor-needed-detail = 您的角色必须使用两步验证，请先启用。
problem-second-factor-needed-explanation = 管理员规定该角色必须启用两步验证。启用之前，除启用页面外其他功能均不可用。

problem-code-needed-title = 需要验证码
problem-code-needed-detail = 请输入验证器应用中的六位动态码，或一个恢复码。
problem-code-needed-explanation = 该账号已启用两步验证，登录时除密码外还需要动态码。

problem-local-sign-in-off-title = 不能用密码登录
problem-local-sign-in-off-detail = 请使用企业统一登录。
problem-local-sign-in-off-explanation = 管理员规定员工通过企业统一登录，只有应急账号可以使用密码。

problem-identity-unknown-title = 没有对应的账号
problem-identity-unknown-detail = 您的企业账号在此没有可用的账号，请联系管理员。
problem-identity-unknown-explanation = 统一登录确认了您的身份，但这里没有与之对应的有效账号。

problem-provider-refused-title = 统一登录未成功
problem-provider-refused-detail = 登录未完成，请重新开始。
problem-provider-refused-explanation = 登录请求已过期、已使用，或提供方的回复未通过校验。

problem-too-many-attempts-title = 尝试次数过多
problem-too-many-attempts-detail = 请稍候再试。
problem-too-many-attempts-explanation = 为防止猜测，尝试次数受到限制。响应头 Retry-After 给出需要等待的秒数。

problem-too-many-reports-title = 等待记录的阅读上报过多
problem-too-many-reports-detail = 此刻等待记录的阅读上报过多，请在 { $retry_after_s } 秒后重新发送。
problem-too-many-reports-explanation = 一台服务器只让有限数量的阅读上报排队等待写入。未被确认的上报可以原样再次发送，任何时间都不会被计算两次。

problem-link-invalid-title = 链接无效
problem-link-invalid-detail = 该链接输入有误，或不是由本服务器生成。
problem-link-invalid-explanation = 请完整打开收到的链接。若仍然失败，请向发送者索取新链接。

problem-link-expired-title = 地址已过期
problem-link-expired-detail = 该内容的地址已过期。请刷新显示该内容的页面。
problem-link-expired-explanation = 内容地址仅在几分钟内有效。刷新页面会生成新的地址。


problem-receipt-pending-title = 回执还没有生成
problem-receipt-pending-detail = 这条事件刚刚记录，还没有进入已签名的账本。请一秒后再试。
problem-receipt-pending-explanation = 事件先写入日志，随后约一秒内分批进入账本并由检查点签名。回执证明它在签名的账本里，所以要等这一步。

problem-not-prepared-title = 正在准备
problem-not-prepared-detail = 页面仍在准备中，请稍后重试。
problem-not-prepared-explanation = 上传后服务器会准备页面，需要几秒到几分钟。

problem-upload-partial-title = 只是文件的一部分
problem-upload-partial-detail = 这个上传是要与其他部分拼接的，请使用拼接后的上传。
problem-upload-partial-explanation = 客户端可以同时发送文件的各个部分（tus concatenation），只有拼接后的最终上传才是文件。

problem-not-scanned-title = 正在检查
problem-not-scanned-detail = 该版本的自动检查尚未完成，请稍后重试。
problem-not-scanned-explanation = 每个版本上传后都会自动检查：病毒、文件类型、宏和脚本、文字与图片。检查完成之前不能提交审核。
problem-scan-blocks-title = 自动检查未通过
problem-scan-blocks-detail = 该版本存在必须先解决的问题（{ $rules }）。请按资料页上的说明修改文件，再上传新版本。
problem-scan-blocks-explanation = 病毒、伪装的文件类型、宏和脚本，以及未能完成的检查，任何人都不能放行。修改文件后上传新版本，或请管理员查看检查为何未完成。

problem-upload-unfinished-title = 上传未完成
problem-upload-unfinished-detail = 上传尚未完成，或仍在校验中。
problem-upload-unfinished-explanation = 资料由完整且已校验的上传生成。请先完成或继续上传。

problem-login-taken-title = 登录名已被使用
problem-login-taken-detail = 其他账号已使用该登录名。
problem-login-taken-explanation = 登录名必须唯一，请另选一个。

problem-legal-hold-title = 处于法律保全中
problem-legal-hold-detail = 该对象处于法律保全中，不能删除。须先解除保全。
problem-legal-hold-explanation = 处于法律保全中的内容须为相关程序而保留。保全须由设置者以外的人解除。
problem-name-common-title = 该姓名出现在许多文字中
problem-name-common-detail = 该姓名出现在 { $count } 处文字中，可能是普通词语。尚未删除任何信息：请说明应替换还是保留。
problem-name-common-explanation = 出现在超过 20 处标题、备注或理由中的姓名可能只是普通词语。删除者须说明替换还是保留；电话号码始终会被替换。

problem-key-active-title = 该密钥正在签名
problem-key-active-detail = 密钥 { $kid } 当前用于签名。请先轮换，再吊销。
problem-key-active-explanation = 没有启用的密钥就无法签名，因此不能吊销正在使用的密钥。轮换会启用另一个密钥。

problem-key-unavailable-title = 密钥不可用
problem-key-unavailable-detail = 无法读取所需的密钥，因此不提供任何内容。请告知管理员。
problem-key-unavailable-explanation = 服务器主密钥错误或缺少密钥。在修复之前，服务器宁可拒绝也不会猜测。

problem-ledger-stalled-title = 日志暂时跟不上
problem-ledger-stalled-detail = 访问记录暂时无法写入账本，因此现在不提供任何资料。请稍后再试。
problem-ledger-stalled-explanation = 没有记录就没有访问：只要事件在账本中等待过久或无法签名，服务器就不放行资料。服务器的就绪状态会说明原因。

problem-figures-behind-title = 统计尚未跟上日志
problem-figures-behind-detail = 还有 { $events } 条日志尚未查明属于谁的分享，因此现在不能按分享人、分享、部门或区域筛选。请稍后再试，或先去掉这些条件。
problem-figures-behind-explanation = 日志只记录经由哪个链接；链接挂在谁的分享下由统计得出，通常只落后几秒，重建统计时较久。在查明之前，按此筛选的结果会不完整，因此服务器先等待，仍未跟上则拒绝。

problem-ledger-broken-title = 账本与签名不符
problem-ledger-broken-detail = 账本从第 { $index } 条起与已签名的检查点不一致。请告知管理员。
problem-ledger-broken-explanation = 数据库中的日志与最后签名的检查点不符，可能被改动、截断或由备份拼接。服务器不会在这样的日志上继续签名。

problem-ledger-conflict-title = 外部存证与账本矛盾
problem-ledger-conflict-detail = 外部存证处（{ $place }）所知的账本有 { $size } 条，与本服务器的账本不一致（{ $conflict }）。请立即告知管理员和审计员。
problem-ledger-conflict-explanation = 见证方或存档处保存的检查点，不是本服务器账本的早先状态：可能恢复了旧数据库，也可能日志被改写。在查明之前，服务器不放行任何资料。

problem-ledger-named-otherwise-title = 账本另有名称
problem-ledger-named-otherwise-detail = 账本名称是 { $origin }，配置中却是 { $named }。
problem-ledger-named-otherwise-explanation = 账本名称在首次启动时确定，写在每个检查点里，不能更改。请删除或改正该设置。

problem-too-many-files-title = 同时下载的表格过多
problem-too-many-files-detail = 已有 { $files_max } 个表格正在发送给您，请等其中一个下载完成后再试。
problem-too-many-files-explanation = 发送表格期间，服务器要保留其全部行的顺序，因此每人同时下载的数量有限制。

problem-too-many-traces-title = 等待中的溯源过多
problem-too-many-traces-detail = 已有 { $traces_max } 项溯源在等待，请稍后再试。
problem-too-many-traces-explanation = 每项溯源都要占用较多计算资源，因此等待的数量有限制。

problem-trace-unfinished-title = 溯源尚未完成
problem-trace-unfinished-detail = 溯源完成后才有报告。
problem-trace-unfinished-explanation = 请等待溯源完成；进行中的溯源会显示进度。

problem-suspect-empty-title = 文件为空
problem-suspect-empty-detail = 没有收到任何内容，请重新选择文件。
problem-suspect-empty-explanation = 溯源请求的正文就是可疑文件本身，不能为空。
