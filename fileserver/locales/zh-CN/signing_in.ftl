mail-code-subject = { $brand } 验证码：{ $code }
mail-code-text =
    您的验证码是：{ $code }

    请在打开本次登录的页面中输入，{ $minutes } 分钟内有效，只能使用一次。
    请勿告诉任何人，包括自称工作人员的人。如果不是您本人操作，请忽略此邮件，无需处理。
invalid-email-address = 请输入有效的电子邮箱地址，例如 li.na@example.com。
