SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.change_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'the change log is append-only'; END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.change (
    seq bigint NOT NULL,
    at text NOT NULL,
    event text NOT NULL,
    kind text NOT NULL,
    iri text NOT NULL,
    version integer NOT NULL,
    CONSTRAINT ck_change_event CHECK ((event = ANY (ARRAY['published'::text, 'changed'::text, 'withdrawn'::text])))
);
CREATE TABLE public.cursor (
    projection text NOT NULL,
    generation text NOT NULL,
    seq bigint NOT NULL,
    records bigint NOT NULL,
    at text NOT NULL
);
CREATE TABLE public.entry (
    source text NOT NULL,
    key text NOT NULL,
    digest text NOT NULL,
    fingerprint text NOT NULL,
    missed integer DEFAULT 0 NOT NULL,
    repeated boolean DEFAULT false NOT NULL
);
CREATE TABLE public.item (
    source text NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    iri text,
    state text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    mapping text DEFAULT ''::text NOT NULL,
    digest text DEFAULT ''::text NOT NULL,
    content text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 0 NOT NULL,
    first text,
    at text NOT NULL,
    CONSTRAINT ck_item_state CHECK ((state = ANY (ARRAY['published'::text, 'refused'::text, 'rejected'::text, 'held'::text, 'embargoed'::text, 'withdrawn'::text, 'failed'::text])))
);
CREATE TABLE public.problem (
    source text NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    "position" integer NOT NULL,
    code text NOT NULL,
    path text NOT NULL,
    severity text NOT NULL,
    message text NOT NULL,
    value text
);
CREATE TABLE public.published (
    iri text NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    key text NOT NULL,
    version integer NOT NULL,
    seq bigint NOT NULL,
    at text NOT NULL,
    first text NOT NULL,
    digest text NOT NULL,
    record bytea NOT NULL,
    lineage bytea NOT NULL
);
CREATE TABLE public.raw (
    source text NOT NULL,
    key text NOT NULL,
    identifier text NOT NULL,
    media_type text NOT NULL,
    body bytea NOT NULL,
    digest text NOT NULL,
    fetched text NOT NULL,
    modified text,
    url text
);
CREATE TABLE public.review (
    id integer NOT NULL,
    source text NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    digest text NOT NULL,
    decision text NOT NULL,
    officer text NOT NULL,
    org text NOT NULL,
    basis text NOT NULL,
    at text NOT NULL,
    CONSTRAINT ck_review_decision CHECK ((decision = ANY (ARRAY['approve'::text, 'refuse'::text, 'refer'::text])))
);
CREATE SEQUENCE public.review_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.review_id_seq OWNED BY public.review.id;
CREATE TABLE public.run (
    id integer NOT NULL,
    source text NOT NULL,
    mode text NOT NULL,
    status text NOT NULL,
    owner text NOT NULL,
    heartbeat text NOT NULL,
    started text NOT NULL,
    ended text,
    complete boolean DEFAULT false NOT NULL,
    counts text NOT NULL,
    message text DEFAULT ''::text NOT NULL,
    traceback text DEFAULT ''::text NOT NULL,
    guard text DEFAULT '{}'::text NOT NULL
);
CREATE SEQUENCE public.run_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.run_id_seq OWNED BY public.run.id;
CREATE TABLE public.source_state (
    source text NOT NULL,
    high_water text,
    complete_at text,
    success_at text
);
CREATE TABLE public.staged (
    run integer NOT NULL,
    key text NOT NULL,
    source text NOT NULL,
    identifier text NOT NULL,
    media_type text NOT NULL,
    body bytea NOT NULL,
    digest text NOT NULL,
    fetched text NOT NULL,
    modified text,
    url text
);
CREATE TABLE public.suppression (
    id integer NOT NULL,
    token text NOT NULL,
    iri text NOT NULL,
    reason text NOT NULL,
    officer text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    at text NOT NULL
);
CREATE SEQUENCE public.suppression_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.suppression_id_seq OWNED BY public.suppression.id;
CREATE TABLE public.tombstone (
    iri text NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    version integer NOT NULL,
    seq bigint NOT NULL,
    at text NOT NULL,
    reason text NOT NULL
);
CREATE TABLE public.version (
    iri text NOT NULL,
    version integer NOT NULL,
    seq bigint NOT NULL,
    at text NOT NULL,
    digest text NOT NULL,
    record bytea NOT NULL,
    lineage bytea NOT NULL,
    mapping text NOT NULL,
    raw_digest text NOT NULL
);
ALTER TABLE ONLY public.review ALTER COLUMN id SET DEFAULT nextval('public.review_id_seq'::regclass);
ALTER TABLE ONLY public.run ALTER COLUMN id SET DEFAULT nextval('public.run_id_seq'::regclass);
ALTER TABLE ONLY public.suppression ALTER COLUMN id SET DEFAULT nextval('public.suppression_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.change VALUES (1, '2026-11-23T19:19:40.406Z', 'published', 'achievement', 'https://example.org/id/achievement/05ec21b0-c598-55ca-acea-904faa1ce6c0', 1);
INSERT INTO public.change VALUES (2, '2026-11-23T19:19:40.406Z', 'published', 'achievement', 'https://example.org/id/achievement/435f7ca9-61a2-54c6-9e4d-52e05f7b2417', 1);
INSERT INTO public.change VALUES (3, '2026-11-23T19:19:40.498Z', 'changed', 'achievement', 'https://example.org/id/achievement/435f7ca9-61a2-54c6-9e4d-52e05f7b2417', 2);
INSERT INTO public.change VALUES (4, '2026-11-23T19:19:40.535Z', 'withdrawn', 'achievement', 'https://example.org/id/achievement/05ec21b0-c598-55ca-acea-904faa1ce6c0', 1);
INSERT INTO public.entry VALUES ('cn-xx', 'd2bfd722eb229ca601013dc529cbe99f', '08fd7335063be5402f5d114257d663c561355772af2ffe15e0237ca34c4c35f1', '9839e414ee95be57', 0, false);
INSERT INTO public.entry VALUES ('cn-xx', '5a83a860951ff9f791257de5d98794ce', '426ab7843070f9695745347ee44e0029145d1aecc209774bd6891ac1a48006eb', '9839e414ee95be57', 0, false);
INSERT INTO public.item VALUES ('cn-xx', 'd2bfd722eb229ca601013dc529cbe99f', 'achievement', NULL, 'refused', 'secret-level-marked', 'cn-xx@1.0.0', '', '', 0, NULL, '2026-11-23T19:19:40.406Z');
INSERT INTO public.item VALUES ('cn-xx', '5a83a860951ff9f791257de5d98794ce', 'achievement', 'https://example.org/id/achievement/435f7ca9-61a2-54c6-9e4d-52e05f7b2417', 'published', '', 'cn-xx@1.0.0', 'f3544f4cbd9f7417f4384876dad005897670f414eef99cf5ca4fa6907abe134b', '1c32156e4bed78afcf48b95b7f0462af071dd4c6968f9c07087f3f8e78983584', 2, '2026-11-23T19:19:40.406Z', '2026-11-23T19:19:40.498Z');
INSERT INTO public.item VALUES ('cn-xx', '733836fbd556fd9b472ef514bdcc2a8a', 'achievement', 'https://example.org/id/achievement/05ec21b0-c598-55ca-acea-904faa1ce6c0', 'withdrawn', '', 'cn-xx@1.0.0', '9d2400e0ee5f289a33959128faf39a4c09af8340c76e34779aced7688033d233', '1e47a4443735eabd63ca1534fe1b4f206586076884d9897e3e4a2cef48ec92f2', 1, '2026-11-23T19:19:40.406Z', '2026-11-23T19:19:40.535Z');
INSERT INTO public.problem VALUES ('cn-xx', '5a83a860951ff9f791257de5d98794ce', 'achievement', 0, 'missing', 'keywords', 'W', '关键词 (keywords) is missing', NULL);
INSERT INTO public.published VALUES ('https://example.org/id/achievement/435f7ca9-61a2-54c6-9e4d-52e05f7b2417', 'achievement', 'cn-xx', '5a83a860951ff9f791257de5d98794ce', 2, 3, '2026-11-23T19:19:40.498Z', '2026-11-23T19:19:40.406Z', '5bfff2d6974a9876c0900d3d6489b3cbd9620ec4c9d2d85806509dfe6f20117f', '\x7b226b696e64223a22616368696576656d656e74222c226964656e746966696572223a2268747470733a2f2f6578616d706c652e6f72672f69642f616368696576656d656e742f34333566376361392d363161322d353463362d396534642d353265303566376232343137222c22736f757263655265636f72644964223a5b2232225d2c227469746c65223a7b227a68223a22e7acace4ba8ce9a1b9e68890e69e9cefbc88e4bfaee8aea2efbc89227d2c226162737472616374223a7b227a68223a22e4b880e7a78de69d90e69699e38082227d2c22726567696f6e223a22313130303030222c227075626c6973686572223a7b226e616d65223a22e69f90e79c81e7a791e5ada6e68a80e69cafe58e85227d2c22646973636c6f73757265436c617373223a22636c32302f31222c22726576696577223a5b7b226465636973696f6e223a22617070726f7665222c226f7267223a22e69f90e5a4a7e5ada6e4bf9de5af86e58a9e222c2264617465223a7b2276616c7565223a22323032352d30362d3031222c22707265636973696f6e223a22646179227d7d5d2c226c6963656e6365223a2268747470733a2f2f6372656174697665636f6d6d6f6e732e6f72672f6c6963656e7365732f62792f342e302f222c2270726f76656e616e6365223a7b22736f75726365223a22636e2d7878222c22726574726965766564223a22323032362d31312d32335431393a31393a34302e3435345a222c226d617070696e67223a22636e2d787820312e302e30222c22736861323536223a2234323661623738343330373066393639353734353334376565343465303032393134356431616563633230393737346264363839316163316134383030366562227d2c227175616c697479223a7b22636f6d706c6574656e657373223a302e3333337d2c2263617465676f7279223a22636c30312f32222c2266697273744f7267223a7b226e616d65223a22e69f90e5a4a7e5ada6227d2c2270726f6772616d6d65536f75726365223a5b22636c31322f5033225d7d', '\x5b7b226669656c64223a227469746c65222c2270617468223a22242ee68890e69e9ce5908de7a7b0222c2272756c65223a2266726f6d20e68890e69e9ce5908de7a7b03b20726561642061732074657874222c22726177223a22e7acace4ba8ce9a1b9e68890e69e9cefbc88e4bfaee8aea2efbc89227d2c7b226669656c64223a226162737472616374222c2270617468223a22242ee7ae80e4bb8b222c2272756c65223a2266726f6d20e7ae80e4bb8b3b20726561642061732074657874222c22726177223a22e4b880e7a78de69d90e69699e38082227d2c7b226669656c64223a22646973636c6f73757265436c617373222c2270617468223a22242ee585ace5bc80e5b19ee680a7222c2272756c65223a2266726f6d20e585ace5bc80e5b19ee680a73b206c6f6f6b656420757020696e20636c3230222c22726177223a22e585ace5bc80227d2c7b226669656c64223a227265766965772e6465636973696f6e222c2270617468223a22242ee5aea1e69fa5e7bb93e8aeba222c2272756c65223a2266726f6d20e5aea1e69fa5e7bb93e8aeba3b20726561642061732074657874227d2c7b226669656c64223a227265766965772e6f7267222c2270617468223a22242ee5aea1e69fa5e58d95e4bd8d222c2272756c65223a2266726f6d20e5aea1e69fa5e58d95e4bd8d3b20726561642061732074657874227d2c7b226669656c64223a227265766965772e64617465222c2270617468223a22242ee5aea1e69fa5e697a5e69c9f222c2272756c65223a2266726f6d20e5aea1e69fa5e697a5e69c9f3b20726561642061732064617465227d2c7b226669656c64223a2266697273744f72672e6e616d65222c2270617468223a22242ee5ae8ce68890e58d95e4bd8d222c2272756c65223a2266726f6d20e5ae8ce68890e58d95e4bd8d3b20726561642061732074657874222c22726177223a22e69f90e5a4a7e5ada6227d2c7b226669656c64223a2270726f6772616d6d65536f75726365222c2270617468223a22242ee8afbee9a298e69da5e6ba90222c2272756c65223a2266726f6d20e8afbee9a298e69da5e6ba903b206c6f6f6b656420757020696e20636c3132222c22726177223a22e59bbde5aeb6e9878de782b9e7a094e58f91e8aea1e58892227d2c7b226669656c64223a2263617465676f7279222c2270617468223a22222c2272756c65223a226c6f6f6b656420757020696e20636c30313b20656c73652027636c30312f3227227d5d');
INSERT INTO public.raw VALUES ('cn-xx', '5a83a860951ff9f791257de5d98794ce', '2', 'application/json', '\x28b52ffd601400350700b28d3334506dd301481bd952859999eaf3d353ef59b32e5f1c312111347e028cc79f194d48df0a9468b1ac9899f9f8427f13073466667a0d099f52572aff1d4262ab720f0e2c917133932b173a4ce50d061f7e6a7d4d6d71e94032eeef00d023003d01112872f8cad25745530c1c653c71ec0607530d9e551f5e6eec8464828302038964e0f05ae52234f7aadaaaf03436e5c171634c21ca9882696aea0e4fb51b65fcf7490cb9a0e839b5a4377ed8c337686cacf7ef94ad73a95ce55869eb64acaea2590cbb87efa0574eb6503da53e420700461b7cfca832f2acdb195699f919a785ee30c7', '426ab7843070f9695745347ee44e0029145d1aecc209774bd6891ac1a48006eb', '2026-11-23T19:19:40.454Z', NULL, NULL);
INSERT INTO public.run VALUES (1, 'cn-xx', 'full', 'done', 'vm:24394:1838fa25', '2026-11-23T19:19:40.448Z', '2026-11-23T19:19:40.377Z', '2026-11-23T19:19:40.449Z', true, '{"seen":3,"unchanged":0,"published":2,"changed":0,"withdrawn":0,"refused":1,"rejected":0,"unreadable":0,"held":0,"failed":0}', '', '', '{"allowed":50}');
INSERT INTO public.run VALUES (2, 'cn-xx', 'incremental', 'done', 'vm:24394:12825c75', '2026-11-23T19:19:40.520Z', '2026-11-23T19:19:40.456Z', '2026-11-23T19:19:40.521Z', false, '{"seen":2,"unchanged":1,"published":0,"changed":1,"withdrawn":0,"refused":0,"rejected":0,"unreadable":0,"held":0,"failed":0}', '', '', '{"change":1,"published":2,"allowed":50}');
INSERT INTO public.run VALUES (3, 'cn-xx', 'incremental', 'done', 'vm:24394:0a2fe9e7', '2026-11-23T19:19:40.557Z', '2026-11-23T19:19:40.526Z', '2026-11-23T19:19:40.557Z', false, '{"seen":1,"unchanged":0,"published":0,"changed":0,"withdrawn":1,"refused":0,"rejected":0,"unreadable":0,"held":0,"failed":0}', '', '', '{"published":2,"allowed":50}');
INSERT INTO public.source_state VALUES ('cn-xx', '2026-11-23T19:14:40.532Z', '2026-11-23T19:19:40.446Z', '2026-11-23T19:19:40.556Z');
INSERT INTO public.tombstone VALUES ('https://example.org/id/achievement/05ec21b0-c598-55ca-acea-904faa1ce6c0', 'achievement', 'cn-xx', 1, 4, '2026-11-23T19:19:40.535Z', 'cl22/6');
INSERT INTO public.version VALUES ('https://example.org/id/achievement/05ec21b0-c598-55ca-acea-904faa1ce6c0', 1, 1, '2026-11-23T19:19:40.406Z', 'bf8830a302761663deb3507a6ed76e78d3d0380e3385f11c33c2b4759a75198c', '\x28b52ffd60f9016d1100a662733b506b9b034d2033335ca85b1459cca4fff305bded018a78469a1d7db64d4a627757bfb46d499201fb4e2419dfa0491b2d6d2245d6964e72333318025d006c006400141a3a2cf9c2803792dfbaf4b28360c813c953c0ac997f81f78ac92c3b7e4ebdc3ee8af4244fbff7d33e4d4f4432f9f32830fa4f0f8226852c3583bca55d1df11024ad76ef8525d7a7157ab19f941d5fecafcf3cbd78b3e489d104bc099ba566ecf83359d5b4b6d47ff2662279c1d30c43e845cb59b2b56d05f88ab199e5964e0816360d8eedc2c647038bbf1ae3cdc5528b82d1de7b10b2642ca396af0e243e4874f0b8def55a4ab3e37087454762a2232163e330617b90e103434587e2a2430163db50d1a9b0f1112c999a625f200f02015830aa697db163045515419e2425504ae081283e103ed4fcccd37a23221e6cd3183b861e44823414c8beb558765d997f86defeeaefd83bb5d8417038ace959b5f750ef99e28b18ab337f7bb2638c892d42c776e1c1438363dbc8081c088e0840115ace13037f5d5d2d59d5065c5b69851d47083ecb59b2a66696bfedec38511441de637f33d75c6a3546013b0ebf0956f1754f135545a4a8e24fb55720a478842255d4c76f9f5404a3e4c5575152c7a6bebf922418a9486506242020c21c853efe895816ec1e007a0672dbdedd378226c389233bcf696fdecb0970236b4abae0efee7e058be034d5004a44c5980191dbb64c0ab62c806d3ac7a71e55570c81e0c647944d98c5b6414d9d6ce66cc01a3dabcd5683ef01', '\x28b52ffd609802850d0026944e3d30a56a1b4892fc525010a887e3e73f77fcc67f525434b6dbb66e5b5dee8e04070b106c54afede59b276d9336c6304c16ac80889fbfa70f89070383520139003f003f003d1c4bb1d43f7b0edd0f754f4de7466b9e98d9e19cf9ecebf5f24f5e3596a1c845a42e829d42f0d9336cbaf9c9d7bbedfeecb75b6de623120218df8919bf4e12c0bf021cc004d79a5e839a3d8dafa6ede6f90e7c035ea0d6eb23cbadd1bcf5029d743e25ea1f45ff9cf80ae4121fa547a88ba30e227155289b91007c3c7111ec151dd550b87cb075b69992a8a338faa65be87a6d849ccb9845c2325a25aad44da4065b6db5ba5138d53ad45cb95c6d6aecdc7873ab0d010a9d975c0a2c95ab4966d5b74e8ca50291315737d530406e226117165c23a424e029c34f6c457217c8c522b23a6ad43b44620652b0aa650f23d4aea399c3393020704223ec369e74d8d1066e36de90d360c377cde172605d025cf59307d264ecbbb95bb85513ef2e65206c60081e031cbf823100078fd9e4c03500532ce00b303b063c81743b780610f1388a666757871d47119eb3325dc2e66ac979fcd9adb9af8063a0b72b83380fe06fc96aa9734e4101', 'cn-xx@1.0.0', 'df8621447eae6a2a46702092136dcae2e674b8cb11fca6ecf3487655aa027150');
INSERT INTO public.version VALUES ('https://example.org/id/achievement/435f7ca9-61a2-54c6-9e4d-52e05f7b2417', 1, 2, '2026-11-23T19:19:40.406Z', 'ac43a59f6dcfb310fcf4b2267a79005595771b7d7717a232115336f63886720e', '\x28b52ffd60e70165110066e3753b406dda0680c890cb30b0aaffc6407c77288c5002b4f2c1a6393b3b46cc6cb7d14d685f6b9d220f48f8211b77f797c4ac979656b66d77328ea21c0862006c006700123c7870707cf4ec0983becc7e2bdbdc4ea29f8e985d05d49bd12ff0f45232dcae23107aa60825df3fb2a9d04b4d4421d93c0ea346721aa164841ca75aa7ba19e42dedf289779c89b59c273dfbbea56cc6beda769db1bfbef27642bd6757cc26e84bfd95ec6a9a634bbff62562f682b795bfed1a3aefb168cfc6d8ad007f2938b328b6f50185cc868b8da262d3e8c854d8f86870f1618161ebd97f39d69709b6d644d1daf57bef41d8b3b1cc567f1d5080b86061b3c0d8266c7c5070f0c8d46fc693b7c3f445c6661161eb902144b323f9f8e4411e0402a830ab697eb56b049148843c684a704af0407c1a089ba87ee5edcd13130d7671cc7910c8b14c0e7e8cb1ecba32fa159bfd2f7d8a3db5563b090ca62d5eaff69ae835f2790fc5f2ca67afed3aa32203614306e383874647664343a6ba59bb18898e049c075ab4230cfc75f9adb2ab557740c6d752edfa71e0b368cfb6dcacfaecb41d26c608798f7dcea8255bcb290ada615a825cc657657c7f114ed525849e822254a104f28992532449a294229748593d1279248128295114f52f5254071e007e4bc4c282dd0e80d02bef6e31b1228b13c7eee95d0bcef5e584e1465a53d216b42d77bf0a462c42dc8427bd40705ba5b71144016d0b9602db2c60abe902ffa9314533227734818350d1a34adc6a2828', '\x28b52ffd608602050d0066d34b3c40a53a078888dcc7300c838ad6aea5a256ddc9622541eaa249922493cb24611891229b1149ca62474bb83b495052faa860302d17d50845491c4511b837003c003c00e2e934fae59c99213e4b3c6536ff4a8cdceccdf8e55fb9eb131f008edea743a3fd7d36a5c02f6fc873e313ff9a69f6cbb3fa34e3120a011a2a379cccdec1da2a3160b747047477409f2634c6b31efce5b0ad18a699a74bf0c1b13fd1f6c0b1332056a8c42e1c33366fc60c73d27154a9054a059abd1b00013438a23fd2fe3e1bb44d0d45bb08195f9a2185b6a963e799792b71c3d3dab5a99095a11a4da45d0a3596628a7d46e13c7df85bb9544c060b1d975c0c2c958a49e4e3fa1263a9445cab7d9e18c6479742d68585d60819519ed1a3681508f50ae462f952db24da1e222d0402588f5dce26fcb6cd1b2e2070c2336a079e3aecb081fb1b6fc869d8f09d397c0eb04bca553f1ed983d875f3b670b3261ebac440d8802b044f0c4a4095f900f8774c0efc01f0952d6fc02690ae83d700211eed51563bbb38ec6f45789c95eb12b65ceda8527551ccaeba12cbb99b7b78340a63a0ceb90005', 'cn-xx@1.0.0', 'ff30efff95f486a67ad558a6953896b5fba481d434fe415adb130ae35d035a49');
INSERT INTO public.version VALUES ('https://example.org/id/achievement/435f7ca9-61a2-54c6-9e4d-52e05f7b2417', 2, 3, '2026-11-23T19:19:40.498Z', '5bfff2d6974a9876c0900d3d6489b3cbd9620ec4c9d2d85806509dfe6f20117f', '\x28b52ffd60f301e51100c623793e306ddb0680e2a7dbc3c0c082219bbcc0140bd9e650ea1e3e35e4a87bbef747fdefb6ba090e6bff73651399631d9436e8093d3509ad6c37058fb03030c601630071006800212478d87474749c7a858167a83fb6f1f627e1d223a85f01376ff60bbccd964dfbf32a4e79559309be9c9e3bdf7a283ba747d6483d56b5d5649266145d1c51f2063dc66575e2a3886a6eef8a53cf8f27786b7fb13fdfda677f795cb1d5a95f0d27f04c5cd5d8fef54c04f5058f2f1e232831ebd4b5ae5880cf16bd6156e3fb80020704a3a3b0e8363c3815383a0d303a17183aa7fe59d53c53d118bb2c9c3f8710c2189dbab661ca6707141f2e58e82e32ba091c1d0a0e9b6d6bdefaaafe341e216444c307880f914d45c80886467751d175c810b50221084500140d735ccdfc3982394d084e6a456ac503927c627ca8fb97c7794f4c3c5aa66a11846684b922fd5a6b5b966df62f78d7cff6adf61663fe24341ac7d49b39f850f099249416ac5e7ed7ebcf352c3810403819229b0d0f0ec7060e256ffefc2f5be6021a099708443262d6230c7c96d54cd9323760eb8c27fe5c461162d6a963f246f95dad3f8d2449107cedf766311b63d5a2c09fc6afa72094cc1a6d8d9684bad7ac2a0b4a6bbfc63bcd6849087fceff6a4ad3ac268bb226b082d2945457a5e474ead42403202010eea0f4017e133116ec1e005a0672c3dedd302226c389a39d6459388fe4c4b3911f255bc87bde5f63e40df197a72570e456861b10b96dd3a460cb02dba67b7c2aa3ea1a43a1c84d0dfc182a3d59e256a34001', '\x28b52ffd609202ad0d0024145b7b226669656c64223a227469746c65222c2270617468223a22242ee68890e69e9ce5908de7a7b0222c2272756c65223a2266726f6d203b207265616420617320746578746177223a22e7acace4ba8ce9a1b9efbc88e4bfaee8aea2efbc89227d2c6162737472616374e7ae80e4bb8be4b880e7a78de69d90e69699e38082646973636c6f73757265436c617373e585ace5bc80e5b19ee680a73b206c6f6f6b656420757020696e20636c32307265766965772e6465636973696f6eaea1e69fa5e7bb93e8aeba6f7267e58d95e4bd8d646174e697a5e69c9f66697273744f72672e6e616d8ce68890e69f90e5a4a7e5ada670726f6772616d6d65536f75726365e8afbee9a298e69da5e6ba9031329bbde5aeb6e9878de782b9e7a094e58f91e8aea1e5889263617465676f727930313b20656c73652027636c30312f3227227d5d2f20604233cc3c9e3aec68037737de80d3b0e1bbe67071802e39aefaf1c89e88ad9b630bb76ae2dde50cc40d08c1c700e757400780e0319b1cf80dc08405e802cc8e014f20ed0e2e0380781f45dfd9e5b0d72fc2e7acac4b58b8ba7c549cba38666f5de9e19c7ebb7e360a3350e71c8602', 'cn-xx@1.0.0', '426ab7843070f9695745347ee44e0029145d1aecc209774bd6891ac1a48006eb');
SELECT pg_catalog.setval('public.review_id_seq', 1, false);
SELECT pg_catalog.setval('public.run_id_seq', 3, true);
SELECT pg_catalog.setval('public.suppression_id_seq', 1, false);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.change
    ADD CONSTRAINT pk_change PRIMARY KEY (seq);
ALTER TABLE ONLY public.cursor
    ADD CONSTRAINT pk_cursor PRIMARY KEY (projection, generation);
ALTER TABLE ONLY public.entry
    ADD CONSTRAINT pk_entry PRIMARY KEY (source, key);
ALTER TABLE ONLY public.item
    ADD CONSTRAINT pk_item PRIMARY KEY (source, key, kind);
ALTER TABLE ONLY public.problem
    ADD CONSTRAINT pk_problem PRIMARY KEY (source, key, kind, "position");
ALTER TABLE ONLY public.published
    ADD CONSTRAINT pk_published PRIMARY KEY (iri);
ALTER TABLE ONLY public.raw
    ADD CONSTRAINT pk_raw PRIMARY KEY (source, key);
ALTER TABLE ONLY public.review
    ADD CONSTRAINT pk_review PRIMARY KEY (id);
ALTER TABLE ONLY public.run
    ADD CONSTRAINT pk_run PRIMARY KEY (id);
ALTER TABLE ONLY public.source_state
    ADD CONSTRAINT pk_source_state PRIMARY KEY (source);
ALTER TABLE ONLY public.staged
    ADD CONSTRAINT pk_staged PRIMARY KEY (run, key);
ALTER TABLE ONLY public.suppression
    ADD CONSTRAINT pk_suppression PRIMARY KEY (id);
ALTER TABLE ONLY public.tombstone
    ADD CONSTRAINT pk_tombstone PRIMARY KEY (iri);
ALTER TABLE ONLY public.version
    ADD CONSTRAINT pk_version PRIMARY KEY (iri, version);
ALTER TABLE ONLY public.published
    ADD CONSTRAINT uq_published_seq UNIQUE (seq);
ALTER TABLE ONLY public.suppression
    ADD CONSTRAINT uq_suppression_token_iri UNIQUE (token, iri);
CREATE INDEX ix_change_iri_seq ON public.change USING btree (iri, seq);
CREATE INDEX ix_item_iri ON public.item USING btree (iri);
CREATE INDEX ix_item_source_state_reason ON public.item USING btree (source, state, reason);
CREATE INDEX ix_published_kind_seq ON public.published USING btree (kind, seq);
CREATE INDEX ix_published_source_kind ON public.published USING btree (source, kind);
CREATE INDEX ix_review_source_key ON public.review USING btree (source, key);
CREATE INDEX ix_run_source_id ON public.run USING btree (source, id);
CREATE UNIQUE INDEX uq_run_alive ON public.run USING btree (source) WHERE (status = 'running'::text);
CREATE TRIGGER change_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.change FOR EACH STATEMENT EXECUTE FUNCTION public.change_is_append_only();
ALTER TABLE ONLY public.published
    ADD CONSTRAINT fk_published_seq FOREIGN KEY (seq) REFERENCES public.change(seq);
ALTER TABLE ONLY public.staged
    ADD CONSTRAINT fk_staged_run FOREIGN KEY (run) REFERENCES public.run(id);
ALTER TABLE ONLY public.tombstone
    ADD CONSTRAINT fk_tombstone_seq FOREIGN KEY (seq) REFERENCES public.change(seq);
