certificate-kind-medical-ad = 医疗广告审查证明
certificate-kind-drug-device-ad = 药械广告批准文号
certificate-kind-device-registration = 医疗器械注册证
certificate-kind-drug-approval = 药品批准文号
certificate-kind-cosmetic-registration = 化妆品注册备案

notice-material-withdrawn = 《{ $title }》已撤回。相关分享已全部停止，请不要再使用或转发手中的副本。
notice-certificate-expiring = { $kind } { $number } 将于 { $until } 到期（提前 { $days } 天提醒）。
notice-certificate-lapsed = { $kind } { $number } 已失效（有效期至 { $until }）。依据它的资料，分享已暂停。
notice-certificate-lapsed-shares = 《{ $title }》依据的{ $kind } { $number } 已失效，分享已暂停，请不要再使用手中的副本。
