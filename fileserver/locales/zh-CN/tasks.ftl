# 分享任务

place-tasks = 任务
place-my-tasks = 我的任务
notice-task-given = 您有一项新的分享任务：《{ $title }》。
notice-task-reminded = 请完成分享任务：《{ $title }》。
notice-title-hidden = 资料（无权查看）
notices-to-my-tasks = 去完成

task-card-title = 分享任务：{ $title }
# 最高敏感级别资料的标题不发给企业微信
task-card-hidden = 一份资料
task-link-hidden = 为您分享的资料
task-card-reminder = 提醒：请分享《{ $title }》
task-card-text = 请在 { $until } 前完成。点开后一键生成您的专属链接，或群发给您负责的机构客户。

invalid-not-to-be-shared = 该资料目前不能分享，不能用作海报。
invalid-asks-for-nobody = 没有符合条件的员工。任务只能布置给您管理范围内的在职员工。
invalid-asks-for-too-many = 一个任务最多布置给 { $max } 人，请按部门或角色分成几个任务。
invalid-against-a-rule = 文案含有违规内容：“{ $quote }”。
invalid-within-three-months = 必须是将来的时间，且在三个月之内。
invalid-not-before-the-task = 不得早于任务截止时间，且在一年之内。

tasks-text = 让前线员工把资料分享给各自的机构，并随时查看进度。
tasks-none = 还没有任务
tasks-none-text = 打开一份已通过审核的资料，即可布置分享任务。
tasks-choose-material = 选择已通过的资料
task-material = 资料
task-maker = 布置人
task-progress = 已完成
task-until = 截止时间
task-state = 状态
task-state-open = 进行中
task-state-over = 已到期
task-state-ended = 已结束
task-state-withdrawn = 资料已撤回
task-state-suspended = 已暂停
task-state-withdrawn-about = 资料已撤回：不能再生成链接，已生成的链接也已失效，尚未确认的群发已取消。
task-state-suspended-about = 资料的证照已失效或批准不再有效：暂停生成链接，已生成的链接暂时打不开。
task-of = { $done } / { $given }
task-by = { $name } 于 { $time } 布置

task-new = 布置任务
task-new-text = 每位员工一键生成自己的链接；谁转发、谁打开都分别记录。
task-text = 文案
task-text-hint = 随链接一起发出，最多 600 字。系统会按审核规则检查。
task-poster = 海报页码
task-poster-of = 海报取自
task-poster-own = 本资料
task-poster-hint = 选填：本资料的某一页，或另一份已通过审核的资料（如单页海报，不填页码为第 1 页）。员工在任务中看到它（带本人水印），不会发给企业微信。
task-who = 布置给谁
task-who-hint = 点名的员工总会收到；点名而不选部门时，只布置给点名的员工。
task-people = 按姓名点名
task-people-incomplete = 仅列出前 { $count } 人，其余请按部门布置。
task-roles = 角色
task-departments = 部门
task-departments-hint = 含下级部门；不选则为您管理范围内的全部员工。
task-region = 员工所在区域
task-any = 不限
task-to-whom = 发给谁
task-clinic-region = 机构所在区域
task-clinic-region-hint = 选填：链接只有该区域机构的人能打开，群发也只发给该员工负责的这些机构。
task-policy = 链接的规则
task-until-hint = 北京时间，最长三个月。
task-shares-until = 链接有效期至
task-shares-until-hint = 选填：不填则与任务同时失效。
task-create = 布置

task-board = 任务进度
task-board-hint = 每五秒自动更新。人数在每一行内去重，各行不可相加。
task-board-stale = 暂时无法更新，显示的是最近一次的数据。
task-given = 应完成员工
task-given-means = 在职且在任务范围内，或离开前已完成
task-done = 已生成链接
task-done-means = 完成任务的员工
task-confirmed = 平台确认转发
task-confirmed-means = 企业微信确认至少发出一条的员工
task-opened = 链接被打开
task-opened-means = 链接至少被一人打开的员工
task-viewers = 查看者
task-viewers-means = 打开过任一链接或其转发的人，在本任务内去重
task-viewers-means-row = 打开过本行任一链接或其转发的人，在本行内去重；各行有重叠，不可相加。
task-opens = 打开次数
task-copies-sent = 已发送
task-copies-sent-means = 企业微信确认已发出的消息，每位客户一条。
task-copies-unsent = 未发送
task-copies-unsent-means = 等待员工在企业微信中确认的消息。
task-copies-no-friend = 已非好友
task-copies-no-friend-means = 未发送：对方已不是该员工的客户好友。
task-copies-capped = 已达上限
task-copies-capped-means = 未发送：对方本月收到的群发已达企业微信上限。
task-copies = 群发结果（每位客户一条）
task-by-department = 按部门
task-department = 部门
task-brand = 品牌总部
task-no-department = 未分部门
task-by-employee = 按员工
task-employee = 员工
task-told = 通知
task-told-waiting = 待通知
task-told-reached = 已送达企业微信
task-told-unreached = 企业微信未送达
task-told-absent = 仅在页面
task-off = 已离开任务范围
task-not-yet = 未完成
task-remind = 提醒未完成的员工
task-remind-after = { $time } 后可再次提醒
task-reminders = 已提醒 { $count } 次
task-end = 结束任务
task-end-text = 结束后不能再生成链接，尚未确认的群发会取消。
task-end-keep = 保留已生成的链接
task-end-close = 同时关闭所有链接
task-ended-by = { $name } 于 { $time } 结束{ $closed ->
    [1] ，链接已关闭
   *[0] ，链接保留
}
task-to-spread = 查看传播

my-tasks-text = 布置给您的分享任务。
my-tasks-none = 没有任务
my-tasks-none-text = 有新任务时，这里和企业微信都会提醒您。
task-do = 生成我的链接
task-do-wecom = 一键群发给我的客户
task-link = 您的专属链接
task-qr = 链接的二维码
task-words = 可复制的文案
task-message-asked = 正在请企业微信准备群发……
task-message-laying = 正在请企业微信准备群发……
task-message-unsure = 企业微信没有回应，群发可能已备好，也可能没有。请先在企业微信中查看：没有再点一次；已有请勿重复发送。
task-message-laid = 群发已备好：请在企业微信中点“发送”确认。
task-message-nobody = 没有可群发的客户：在您负责的机构中，没有人添加您为企业微信好友。请改用链接或二维码。
task-message-refused = 企业微信没有受理这次群发。请改用链接或二维码，或稍后再试。
task-message-cancelled = 群发已取消。
task-poster-alt = 海报：第 { $page } 页

digest-title = 周报：{ $week } 起的一周
digest-viewers = 新增查看者 { $count } 人（前一周 { $before } 人）
digest-tasks = 任务完成 { $done } / { $given }
digest-material = 《{ $title }》新增 { $count } 人
digest-sharer = { $name } 带来 { $count } 人
digest-foot = 不想再收到？请在“我的账号”页面关闭：{ $url }
digest-mine = 周报
digest-about = 每周{ $weekday ->
    [1] 一
    [2] 二
    [3] 三
    [4] 四
    [5] 五
    [6] 六
   *[7] 日
} { $hour } 点后发送到企业微信；登录名是邮箱的，也发邮件。
digest-wanted = 接收周报
digest-save = 保存
