# 布局、导航与各处共用的词

page-skip = 跳到主要内容
page-navigation = 主导航
page-more-places = 更多
shelf-content = 内容与合规
shelf-brand = 品牌与系统
page-other-language = English
page-me = 我的账号
page-offline = 网络不通，请稍后再试。
page-needs-script = 此页的操作需要启用 JavaScript。
page-copy = 复制
page-copied = 已复制。
page-more = 显示更多
page-cancel = 取消
page-any = 不限
page-filter = 筛选
page-clear = 清除条件
page-save = 保存
page-erased = （已删除）
page-none = 无

place-materials = 资料
place-uploads = 上传
place-reviews = 审核
place-pledges = 保密承诺
place-shares = 分享
place-people = 人员
place-log = 日志
place-accounts = 账号

secret-title = 请立即保存
secret-text = 只在此处显示这一次，关闭后无法再次查看。
secret-done = 已保存，关闭

sign-in-title = 员工登录
sign-in-text = 使用品牌管理员为您开通的账号。
sign-in-login = 登录名
sign-in-password = 密码
sign-in-submit = 登录
sign-in-viewer = 机构人员无需账号：请直接打开收到的分享链接。

role-marketer = 市场
role-manager = 经理
role-reviewer = 审核员
role-auditor = 审计员
role-admin = 管理员
role-viewer = 查看者

class-public-ad = 公开广告
class-in-clinic = 院内使用
class-professional-training = 专业培训
class-internal = 内部资料
class-public-ad-about = 面向公众发布。适用《广告法》《医疗广告管理办法》：须与核准内容一致，不得有疗效保证、患者形象或前后对比。
class-in-clinic-about = 在机构内向到诊者展示或说明。不得当作广告对外发布。
class-professional-training-about = 仅供机构专业人员学习。不得向公众传播。
class-internal-about = 仅限品牌员工。不能分享到品牌之外。

state-draft = 草稿
state-submitted = 待审核
state-changes-requested = 需修改
state-approved = 已通过
state-rejected = 已驳回
state-withdrawn = 已撤回
state-pending = 待审核

share-state-open = 可打开
share-state-revoked = 已撤销
share-state-expired = 已过期
share-state-used-up = 次数已用完
share-state-full = 人数已满
share-state-suspended = 证照失效，已暂停
share-state-closed = 已失效

job-consultant = 咨询
job-operations = 运营
job-doctor = 医生

severity-block = 拦截
severity-review = 请核对
severity-evidence = 需证据

result-allow = 允许
result-deny = 拒绝
result-error = 出错
