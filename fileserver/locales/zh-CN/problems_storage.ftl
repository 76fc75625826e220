problem-storage-error-title = 存储出错
problem-storage-error-detail = 无法读取或写入内容，请稍后重试。
problem-storage-error-explanation = 服务器后端的存储发生故障。管理员可凭请求编号在日志中查看详情。

problem-object-missing-title = 内容缺失
problem-object-missing-detail = 在存储中找不到该内容，请将请求编号告知管理员。
problem-object-missing-explanation = 数据库中记录的内容在存储中不存在。其他内容不受影响，需由管理员处理。

problem-object-too-large-title = 内容过大，无法处理
problem-object-too-large-detail = 该内容超过此处可处理的大小，请告知管理员。
problem-object-too-large-explanation = 服务器限制一次放入内存的大小。

problem-object-cut-short-title = 内容传输中断
problem-object-cut-short-detail = 存储提前结束了传输，请重试。
problem-object-cut-short-explanation = 与存储的连接中断。重试通常即可解决。

problem-range-unsatisfiable-title = 范围不可用
problem-range-unsatisfiable-detail = 请求的范围超出了内容末尾。
problem-range-unsatisfiable-explanation = 请求头 Range 请求了不存在的字节。请请求内容大小以内的范围。

problem-multipart-missing-title = 上传已不存在
problem-multipart-missing-detail = 找不到该上传，请重新开始。
problem-multipart-missing-explanation = 未完成的上传会过期，也可能已被终止，其内容不会保留。

problem-part-refused-title = 分片未保存
problem-part-refused-detail = 上传的一个分片未能保存，可以重新发送。
problem-part-refused-explanation = 存储未确认该分片。继续上传会重新发送，已确认的内容不会丢失。

problem-store-unavailable-title = 存储不可用
problem-store-unavailable-detail = 服务器后端的存储暂时没有响应。上传会等待：已收到的内容都会保留，恢复后从原处继续。请在 { $retry_after_s } 秒后重试。
problem-store-unavailable-explanation = 数据库或对象存储停机、无法连接或过于繁忙，就绪检查会说明是哪一个。恢复后上传会自动继续，已确认的内容不会丢失。

problem-store-refused-title = 存储拒绝请求
problem-store-refused-detail = 存储拒绝了请求，请告知管理员。
problem-store-refused-explanation = 服务器对存储的访问配置有误。管理员可在日志中查看详情。

problem-engine-busy-title = 引擎正在使用中
problem-engine-busy-detail = 另一个进程正在运行该数据目录的引擎。
problem-engine-busy-explanation = 同一数据目录的内置引擎同一时间只能由一个进程运行。

problem-engine-failed-title = 引擎未能启动
problem-engine-failed-detail = 服务器后端的引擎未能启动。
problem-engine-failed-explanation = 内置数据库或对象存储未能启动。管理员可在日志中查看其最后的输出。
