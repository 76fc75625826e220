problem-invitation-over-title = 邀请不可用
problem-invitation-over-detail = { $reason ->
    [revoked] 该邀请已被撤销，请向邀请您的人索取新的邀请。
    [expired] 该邀请已过期，请向邀请您的人索取新的邀请。
    [used_up] 该邀请的名额已用完，请向邀请您的人索取新的邀请。
    [left] 该邀请的创建人已不再负责，请向品牌方索取新的邀请。
   *[unknown] 没有这个邀请，请检查链接是否完整。
}
problem-invitation-over-explanation = 邀请有有效期和名额，创建人可随时撤销。已经进入的人不受影响。

problem-ownership-changed-title = 归属已变更
problem-ownership-changed-detail = 您查看之后，该机构的归属已被他人变更。请刷新后再操作。
problem-ownership-changed-explanation = 同一机构同一时刻只有一位归属人。两人同时操作时先到者生效，后到者会收到此提示，且不会改变任何内容。

problem-claims-used-up-title = 认领名额已满
problem-claims-used-up-detail = 您名下已有 { $max } 家机构，达到可认领的上限。
problem-claims-used-up-explanation = 公海机构的认领设有上限，避免少数人占有大量机构。经理指派和转移不受此上限限制。

problem-transfer-open-title = 已有待生效的转移
problem-transfer-open-detail = 该机构有一项转移尚未生效。请等待生效，或先取消它。
problem-transfer-open-explanation = 一家机构同一时间只能有一项待生效的转移。

problem-dispute-open-title = 争议尚未裁定
problem-dispute-open-detail = 该机构有一项归属争议正在等待经理裁定。
problem-dispute-open-explanation = 一家机构同一时间只能有一项未裁定的争议。

problem-merge-refused-title = 不能合并
problem-merge-refused-detail = { $reason ->
    [verified-differs] 两者的已核实信息互相矛盾，不是同一个。
    [merged-already] 其中一个已被合并。
    [blocked] 其中一人已被停用。请先解除停用，避免被停用的人换个身份进入。
    [held] 其中一人处于法律保全中。
    [scheduled] 其中一家机构有待生效的转移或未裁定的争议，请先处理。
    [owners-differ] 两家机构的归属人不同，请先转移其中一家。
    [code-elsewhere] 应归还的统一社会信用代码现已属于另一家机构，请先更正。
    [proved-elsewhere] 之后另有一人以相同姓名和证件号完成实名核验，请先与其合并。
   *[newer-merge] 之后又有合并涉及它，请先撤销较新的合并。
}
problem-merge-refused-explanation = 合并可撤销，并会完整还原。已核实信息互相矛盾、处于保全中或另有未完成操作的记录不能合并。

invalid-credit-code-length = 统一社会信用代码为 18 位。
invalid-credit-code-characters = 统一社会信用代码只含数字和大写字母，不含 I、O、S、V、Z。
invalid-credit-code-division = 统一社会信用代码第 3 至 8 位应为数字（行政区划码）。
invalid-credit-code-check = 统一社会信用代码的校验位不符，请核对是否输错。
invalid-credit-code-taken = 另一家机构已登记该统一社会信用代码。
invalid-not-your-clinic = 该机构由他人归属，不能邀请。
invalid-nothing-to-contest = 您没有邀请过该机构，或该机构目前没有其他归属人。
invalid-merge-with-itself = 请选择两个不同的记录。
invalid-not-a-party = 只能裁定给争议双方之一。
invalid-expiry-range = 有效期应在现在之后、{ $days } 天之内。
invalid-effective-range = 生效时间不能早于现在，也不能晚于 { $days } 天之后。

act-employee-clinic-change = 修改机构资料
act-system-clinic-assign = 按规则变更机构归属
act-employee-invitation-create = 创建邀请
act-employee-invitation-revoke = 撤销邀请
act-viewer-invitation-enter = 通过邀请进入
act-system-invitation-credit = 邀请计入业绩
act-system-contact-follow = 企业微信新增客户
act-system-dispute-open = 按规则提出归属争议
act-employee-dispute-open = 提出归属争议
act-employee-dispute-decide = 裁定归属争议
act-employee-transfer-request = 发起机构转移
act-employee-transfer-cancel = 取消机构转移
act-system-transfer-settle = 企业微信转移有结果
act-employee-duplicate-dismiss = 判定不是重复
act-employee-merge-make = 合并重复记录
act-employee-merge-undo = 撤销合并
act-system-merge-make = 自动合并重复记录
act-employee-progress-export = 导出拓展进度

notice-clinic-opened = 您归属的机构有人打开了资料“{ $title }”（由其他同事分享）。
notice-clinic-received = 有 { $count } 家机构归您负责。
notice-clinic-returned = 有 { $count } 家机构因 { $days } 天无活动退回公海。
notice-clinic-disputed = 您的一家机构有归属争议，等待经理裁定。

rule-own-dispute = 您是争议的一方，不能裁定。
rule-recruiting-is-listed = 市场人员和经理可查看自己的拓展情况。
rule-own-or-free-clinic-invites = 可邀请自己归属的或无人归属的机构。
rule-own-invitation = 创建人可撤销自己的邀请。
rule-free-clinic-is-claimed = 无人归属的机构可以认领。
rule-maker-contests = 市场人员和经理可提出归属争议。
rule-clinic-history-is-read = 可查看自己归属的或无人归属的机构的历史。
rule-auditor-reads-clinic-history = 审计员可查看机构归属历史。
rule-manager-governs-clinics = 经理管理本部门及下级部门的机构，以及无人归属的机构。
rule-manager-lists-recruiting = 经理可查看转移、争议、重复记录和拓展进度。

problem-code-unavailable-title = 小程序码不可用
problem-code-unavailable-detail = 未配置小程序，或微信暂时没有回应。请使用链接或二维码。
problem-code-unavailable-explanation = 小程序码由微信生成。链接和二维码不依赖微信，随时可用。
