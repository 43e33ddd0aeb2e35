const BOTH = [
  "genshin_vindi2", "zhinen_xuesheng", "ai_shatang", "genshin_klee2", "genshin_kirara", "ai_kaiya",
  "ai_chenjiahao_712", "girlfriend_1_speech02", "chat1_female_new-3", "girlfriend_2_speech02",
  "cartoon-boy-07", "cartoon-girl-01", "ai_huangyaoshi_712", "you_pingjing", "ai_laoguowang_712",
  "chengshu_jiejie", "laopopo_speech02", "heainainai_speech02",
];
const ENGLISH = ["AOT", "oversea_male1", "girlfriend_4_speech02", "chat_0407_5-1", "uk_boy1", "uk_man2", "uk_oldman3", "PeppaPig_platform", "calm_story1", "reader_en_m-v1", "commercial_lady_en_f-v1"];
const CHINESE = ["tiyuxi_xuedi", "tiexin_nanyou", "zhuxi_speech02", "dongbeilaotie_speech02", "chongqingxiaohuo_speech02", "tianjinjiejie_speech02", "chuanmeizi_speech02", "daopianyansang-v1", "yizhipiannan-v1"];

/** A part of Kling's published voices. @param {string} voiceId @param {"zh" | "en"} language */
export function voiceSpeaks(voiceId, language) {
  return BOTH.includes(voiceId) || (language === "en" ? ENGLISH : CHINESE).includes(voiceId);
}

/** @param {string} voiceId */
export function soundsMale(voiceId) {
  return /vindi|xuesheng|AOT|kaiya|male1|chenjiahao|boy|man|huang|laoguowang|xuedi|nanyou|zhuxi|laotie|xiaohuo|_m-/.test(voiceId);
}
