# Problems of the way in

problem-consent-missing-title = 需要您的同意
problem-consent-missing-detail = 请先阅读并同意相关说明，再继续。
problem-consent-missing-explanation = 处理个人信息须先取得本人同意；敏感个人信息须单独同意。字段 purpose 指出缺少哪一项。

problem-name-mismatch-title = 信息不一致
problem-name-mismatch-detail = 姓名与证件号（及手机号）不一致。请核对后重新填写。
problem-name-mismatch-explanation = 实名核验服务答复所填信息不属于同一人。同样的内容不会再次提交核验。

problem-verification-busy-title = 正在核验
problem-verification-busy-detail = 上一次核验尚无结果，请稍候再试。
problem-verification-busy-explanation = 同样的内容正在核验，或结果未能返回。响应头 Retry-After 给出需要等待的秒数。

problem-verification-later-title = 暂时无法核验
problem-verification-later-detail = 核验服务繁忙或正在维护，请稍后再试；您填写的内容没有被保存。
problem-verification-later-explanation = 实名核验服务表示现在无法答复。响应头 Retry-After 给出需要等待的秒数。

problem-verification-down-title = 核验服务不可用
problem-verification-down-detail = 目前无法完成实名核验。请稍后再试，或联系给您链接的人。
problem-verification-down-explanation = 实名核验服务没有应答，或拒绝了本服务的请求，需要运维人员处理。

problem-verification-unavailable-title = 未提供此核验方式
problem-verification-unavailable-detail = 本系统没有开通这种实名核验方式。
problem-verification-unavailable-explanation = 可用的方式由运维人员设定。

problem-person-duplicate-title = 需要人工确认
problem-person-duplicate-detail = 您的姓名已核验，但与另一个账号的手机号不同。工作人员确认后您即可查看，无需再次核验。
problem-person-duplicate-explanation = 同一姓名与证件号已属于另一位查看者，而已核验的手机号不同，因此不能自动合并。
