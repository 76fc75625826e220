problem-clinic-taken-title = 机构已在列表中
problem-clinic-taken-detail = 其他机构已使用该名称。
problem-clinic-taken-explanation = 机构以名称区分。请使用列表中已有的机构，或换用不同的名称。

problem-sign-in-unavailable-title = 不提供该登录方式
problem-sign-in-unavailable-detail = 本服务器不提供您请求的登录方式。请联系向您发送链接的人。
problem-sign-in-unavailable-explanation = 机构人员经微信小程序、公众号或邮箱验证码进入，须由运维人员先行设置。

invalid-phone = 请填写手机号码，必要时带国家代码，例如 +86 138 0013 8000。
invalid-clinic-choice = 请从列表中选择机构，或填写其他机构名称，二者只能选一。
invalid-clinic-unknown = 没有该机构。
invalid-owner-unsuitable = 只有在职的市场人员或经理可以成为机构归属人。
invalid-hold-subject = 针对人员或资料的保全须指明对象；针对日志的保全不指明对象。
