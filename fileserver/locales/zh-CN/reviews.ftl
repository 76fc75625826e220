invalid-reason-needed = 驳回必须说明理由。
invalid-other-bytes = 这不是待审版本的 SHA-256。请重新载入并再次审阅。
