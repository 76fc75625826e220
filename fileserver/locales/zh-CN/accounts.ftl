problem-last-emergency-title = 最后一个应急账号
problem-last-emergency-detail = 这是最后一名管理员的应急账号。请先设置另一个应急账号，或允许所有员工用密码登录。
problem-last-emergency-explanation = 目前只有应急账号可以用密码登录，统一登录不可用时必须仍有一名管理员能够进入系统。
problem-last-admin-title = 最后一名管理员
problem-last-admin-detail = 这是最后一名可用的管理员。请先启用或新建另一名管理员。
problem-last-admin-explanation = 必须有人能够管理账号，因此不能停用最后一名可用的管理员。

invalid-password-too-short = 过短：密码至少 { $min_length } 个字符。
invalid-password-too-long = 过长：密码最多 { $max_length } 个字符。
invalid-password-like-login = 密码不得包含登录名。
invalid-password-too-plain = 密码需要更多不同的字符。
invalid-password-common = 该密码极易被猜中。
invalid-password-wrong = 这不是您当前的密码。
