problem-tus-version-refused-title = 不支持该上传协议版本
problem-tus-version-refused-detail = 请发送请求头 Tus-Resumable: { $version }。
problem-tus-version-refused-explanation = 上传遵循 tus 协议。响应头 Tus-Version 列出了本服务器支持的版本。

problem-upload-header-invalid-title = 上传请求头无效
problem-upload-header-invalid-detail = 上传协议的某个请求头缺失或有误，未作任何更改。
problem-upload-header-invalid-explanation = 成员 errors 指出是哪个请求头以及问题所在。对同一地址发送 OPTIONS 可查看本服务器的能力。

problem-upload-too-large-title = 上传过大
problem-upload-too-large-detail = 此处最多接受 { $size_max_bytes } 字节。
problem-upload-too-large-explanation = 文件超过了管理员允许的上限，或者发送的字节数超过了上传时声明的长度。

problem-offset-mismatch-title = 与上传进度不符
problem-offset-mismatch-detail = 上传当前位于第 { $offset_bytes } 字节，未作任何更改。请从该处继续。
problem-offset-mismatch-explanation = 每个 PATCH 必须从上传当前的位置开始。请先用 HEAD 查询偏移量，再从该处继续。

problem-checksum-mismatch-title = 校验和不一致
problem-checksum-mismatch-detail = 数据在传输中发生变化，已被丢弃。请重新发送。
problem-checksum-mismatch-explanation = 请求中的数据与随附的校验和不符。上传仍停留在之前的位置。

problem-upload-final-title = 这个上传不再接收字节
problem-upload-final-detail = 它由其他上传拼接而成；没有更改任何内容。
problem-upload-final-explanation = 最终上传按给定顺序由若干部分上传拼接而成（tus concatenation），自己不接收字节。

problem-upload-gone-title = 上传已不存在
problem-upload-gone-detail = 该上传已取消、已过期或已失败。请重新上传。
problem-upload-gone-explanation = 上传在被取消、停滞过久，或已存数据无法合并时结束。

problem-upload-wasteful-title = 无效发送过多
problem-upload-wasteful-detail = 该上传中无法保留的数据超过了允许的数量，已经结束。请重新上传。
problem-upload-wasteful-explanation = 校验和错误或超出配额的数据，以及重复发送的分片，在上传结束前会占用存储空间。浪费的数据超过文件本身大小且超过 1 GiB，或对已存储的同一分片反复请求签名的上传会被结束。

problem-upload-busy-title = 上传正忙
problem-upload-busy-detail = 该上传的前一个请求正在收尾，请几秒后重试。
problem-upload-busy-explanation = 同一上传同一时间只由一个请求写入，前一个请求已被要求停止。

problem-upload-replaced-title = 已在别处继续
problem-upload-replaced-detail = 更新的请求已接管该上传，已收到的数据会保留。
problem-upload-replaced-explanation = 同一上传同一时间只由一个请求写入，以最新的为准，例如在另一个标签页中上传同一文件。

problem-upload-cut-title = 连接中断
problem-upload-cut-detail = 数据提前结束，已收到的部分会保留。
problem-upload-cut-explanation = 连接在声明的结尾之前断开。请用 HEAD 查询偏移量，再从该处继续。

problem-upload-silent-title = 不再收到数据
problem-upload-silent-detail = { $timeout_s } 秒内未收到任何数据，已收到的部分会保留。
problem-upload-silent-explanation = 连接没有动静。请用 HEAD 查询偏移量，再从该处继续。

problem-upload-wrong-way-title = 上传方式不符
problem-upload-wrong-way-detail = { $way ->
    [direct] 该上传的数据由客户端直接写入对象存储，未作任何更改。
   *[other] 该上传的数据经由服务器传输，未作任何更改。
}
problem-upload-wrong-way-explanation = 每个上传从创建起只用一种方式：经由服务器（tus），或分片直传对象存储。要换一种方式，请取消后重新创建。

problem-direct-uploads-off-title = 未启用直传
problem-direct-uploads-off-detail = 此服务器不提供直传对象存储，请经由服务器上传（tus）。
problem-direct-uploads-off-explanation = 只有当管理员设置了客户端可访问的对象存储地址时，才能直传。GET /api/v1/uploads/ways 列出可用的方式。

problem-parts-missing-title = 分片不齐
problem-parts-missing-detail = 对象存储中缺少 { $missing } 个分片，或与所报不符，第一个是第 { $number } 片。请重新发送后再完成。
problem-parts-missing-explanation = 完成时，服务器逐一核对对象存储中的分片：编号从 1 起连续，大小与声明一致，ETag 与所报相同。已有的分片都会保留。

problem-upload-slow-title = 数据来得太慢
problem-upload-slow-detail = 持续数分钟每秒不足 { $rate_min_bytes_s } 字节，已收到的部分会保留。
problem-upload-slow-explanation = 服务器同时接收的上传数量有限，几乎不动的连接会长时间占用位置。请用 HEAD 查询位置后继续。

problem-too-many-uploads-title = 上传过多
problem-too-many-uploads-detail = 您有 { $uploads_max } 个未完成或尚未使用的上传，请先完成、使用或删除其中之一。
problem-too-many-uploads-explanation = 每个人未完成的上传数量有限，已完成但未用于资料的上传数量也有限。未完成的上传也会自行过期。

problem-upload-quota-exceeded-title = 空间不足
problem-upload-quota-exceeded-detail = { $whose ->
    [brand] 所有部门共可存放 { $allowed }，已用 { $used }，本次还需 { $needed }。请删除不再需要的内容，或请管理员增加空间。
    [department] 您所在的部门“{ $name }”共可存放 { $allowed }，已用 { $used }，本次还需 { $needed }。请删除不再需要的内容，或请管理员增加空间。
   *[person] 您可存放 { $allowed }，已用 { $used }，本次还需 { $needed }。请删除不再需要的内容，或请管理员增加空间。
}
problem-upload-quota-exceeded-explanation = 管理员限制了个人或部门（含下级部门）可存放的总量。未完成的上传、已完成但尚未使用的上传以及资料的各个版本都计算在内。

problem-server-full-title = 服务器接收的上传过多
problem-server-full-detail = 此刻进行中的上传过多，请在 { $retry_after_s } 秒后重试。
problem-server-full-explanation = 一台服务器同时接收的上传数量有限，其中一个人最多占一半。上传会从原处继续。

problem-server-stopping-title = 服务器正在重启
problem-server-stopping-detail = 已收到的数据会保留，请几秒后重试。
problem-server-stopping-explanation = 服务器正在停止或重启，上传会从原处继续。

invalid-upload-quota-exceeded = 剩余空间不足。
invalid-not-a-number = 需要由数字组成的整数，最多 19 位。
invalid-length-changed = 长度已经声明过，不能更改。
invalid-length-below-offset = 已收到的字节比这个长度多。
invalid-length-of-final = 最终上传的长度是各部分之和，请不要发送。
invalid-concat-value = 该头部只能是 partial，或 final; 加上各部分上传的地址。
invalid-concat-count = 请给出 1 至 100 个部分上传。
invalid-concat-url = 这里有一个地址不是本服务器上的上传。
invalid-concat-not-partial = 这里有一个上传不是部分上传（Upload-Concat: partial）。
invalid-concat-body = 最终上传不带内容。
invalid-not-here = 该请求不应带这个头部。
invalid-not-a-boolean = 只能是 ?0 或 ?1。
invalid-length-inconsistent = Upload-Length 与 Content-Length 给出的长度不一致。
invalid-interop-unknown = 本服务器支持可恢复上传草案的互操作版本 5 和 6。
invalid-length-twice = 请只发送 Upload-Length 和 Upload-Defer-Length 其中之一。
invalid-not-one = 该头部的值只能是 1。
invalid-not-base64 = 不是有效的 base64。
invalid-algorithm-unknown = 不支持该校验算法，请使用 sha1、sha256 或 crc32c。
invalid-digest-size = 校验和的长度与算法不符。
invalid-metadata-too-long = 元数据过长。
invalid-metadata-key = 每个键为 1 至 64 个可打印的 ASCII 字符，不含空格和逗号。
invalid-metadata-repeated = 每个键只能出现一次。
invalid-metadata-text = 文件名和类型必须是 UTF-8。
invalid-filename = 文件名最多 255 个字符，不得包含路径、控制字符或换行。
invalid-filetype = 文件类型必须是媒体类型，例如 application/pdf。
invalid-offset-mismatch = 上传并不在该位置。
invalid-part-unknown = 该上传只有 { $parts } 个分片。
