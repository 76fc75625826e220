# Problems of the way in

problem-share-password-refused-title = 密码不正确
problem-share-password-refused-detail = 分享的密码不正确。
problem-share-password-refused-explanation = 分享人为该分享设置了密码。请核对后重试，或向分享人确认；多次输错须等待一段时间。

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
problem-person-duplicate-detail = 您的姓名已核验，但另一个账号已使用该身份，且无法确认两个账号同属一人。工作人员确认后您即可查看，无需再次核验。
problem-person-duplicate-explanation = 同一姓名与证件号已属于另一位查看者。他人也可能知道姓名与证件号，因此只有双方都通过人脸核验，或有微信确认的同一手机号，且没有矛盾时，才会自动合并。

# Consents: a change of the words is a new version (compliance/consents.py)

consent-privacy-title = 个人信息处理说明
consent-privacy-text = { $brand }（下称“我们”）为向您提供资料查看服务，处理您的姓名、手机号、所在机构与岗位、微信或邮箱身份标识，以及查看、下载、转发的时间与设备网络信息。用途：确认您是获授权的专业人员；在每一页资料上标注您的姓名、机构与手机号后四位；记录访问以便追溯泄露。您可随时在“我的数据”查看、导出、撤回同意或注销；撤回后将不能再查看资料，您转发的链接随即失效，已形成的访问记录以去标识形式依法保留。
consent-identity-title = 敏感个人信息单独同意
consent-identity-text = 为核验您的真实姓名，我们将您填写的姓名、身份证号（及手机号）或人脸信息提交给腾讯云实名核验服务一次。我们不保存身份证号与人脸信息，仅保存核验结果、时间和一个不可还原的校验值，用于识别同一人。您可以不同意或随时撤回；撤回后核验结果作废，资料不再可看。
