share-page-title = { $brand } · 分享
share-other-language = English
share-invalid-title = 链接无效
share-invalid-text = 请检查链接是否完整，或请分享人重新发送。
share-employee-title = 您正以员工身份登录
share-employee-text = 分享页面供机构人员查看。如需预览资料，请在控制台打开；如需体验查看者的流程，请先退出员工账号。
share-employee-console = 前往控制台
share-employee-sign-out = 退出员工账号
share-welcome-title = 有一份资料分享给您
share-phone = 手机号
share-job = 岗位
share-choose = 请选择
share-watermark-notice = 请勿截图外传：水印可追溯到个人。
share-offline = 网络不通，请稍后再试。
share-sign-in-by-wechat = 请在微信小程序中打开此链接完成身份确认。
share-sealed-notice = 本资料仅供您本人查看，每页均含您的专属水印。
share-download = 下载我的专属副本
share-forward = 转发给同行
share-forward-link = 转发链接
share-copy = 复制
share-copied = 已复制链接。
share-loading = 正在打开……
share-pages = 页面
share-page = 第 { $page } 页
share-zoom-in = 放大
share-zoom-out = 缩小
share-retry = 重新加载此页
share-try-again = 再试一次
share-needs-script = 查看资料需要启用 JavaScript。
share-sign-out = 不是本人？退出
share-preparing = 资料正在准备中，稍后自动显示。
share-not-sealable-title = 此类文件暂不能查看
share-not-sealable-text = 此类文件暂时无法加盖您的专属标记，因此不提供查看或下载。如有需要请联系分享人。
share-offline-title = 网络不通
share-closed = 无法打开这份资料

door-password-title = 请输入分享密码
door-password-text = 分享人为这份资料设置了密码，请向分享人索取。
door-password = 分享密码
door-open = 打开
door-code-title = 请再次确认是您本人
door-code-text = 打开这份资料前，需要输入发送到您登录邮箱的验证码。
door-code-none = 打开这份资料前需要邮箱验证码，而您没有登记邮箱。请在微信小程序中打开此链接，或请分享人改用密码。
door-pledge = 保密承诺
door-pledge-agree = 我已阅读并同意以上承诺，此同意将被记录。
door-pledge-give = 同意并打开

notice-access-requested = 有人申请查看或转发《{ $title }》，请处理。
notice-access-granted = 您申请的《{ $title }》已获批准，可以打开。
notice-access-refused = 您申请的《{ $title }》未获批准。

request-note = 留言（选填）
request-hint = 分享人会看到您的姓名、机构和留言。
request-send = 申请查看
request-forward = 申请转发
request-forward-send = 提交申请
request-open = 打开
request-waiting = 已提交申请，等待分享人处理。
request-granted = 申请已获批准。
request-refused = 申请未获批准，您可以再次申请。

data-forwarded = 我转发的
data-forwarded-none = 还没有转发过。
data-forwarded-readers = { $count } 人打开
data-until = { $at } 前有效
share-forward-left = { $depth ->
    [0] 不可再转发
   *[other] 还可转发 { $depth } 级
}
share-folder-text = 共 { $count } 份资料，仅供您本人查看。
share-folder-untold = 资料夹
share-folder-asks = 打开并通过验证后显示名称。
share-folder-item = 资料 { $place }
share-folder-closed = 此份资料已不能打开
share-folder-back = 返回目录
