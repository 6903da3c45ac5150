BEGIN TRANSACTION;
CREATE TABLE effects (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
);
INSERT INTO "effects" VALUES(1,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-1/id-1/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-1/id-1","number":1}');
INSERT INTO "effects" VALUES(2,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-2/id-2/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-2/id-2","number":1}');
INSERT INTO "effects" VALUES(3,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-3/id-3/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-3/id-3","number":1}');
INSERT INTO "effects" VALUES(4,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-4/id-4/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-4/id-4","number":1}');
INSERT INTO "effects" VALUES(5,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-5/id-5/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-5/id-5","number":1}');
INSERT INTO "effects" VALUES(6,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-6/id-6/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-6/id-6","number":1}');
INSERT INTO "effects" VALUES(7,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-7/id-7/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-7/id-7","number":1}');
INSERT INTO "effects" VALUES(8,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-8/id-8/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-8/id-8","number":1}');
INSERT INTO "effects" VALUES(9,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-9/id-9/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-9/id-9","number":1}');
INSERT INTO "effects" VALUES(10,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-10/id-10/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-10/id-10","number":1}');
INSERT INTO "effects" VALUES(11,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-11/id-11/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-11/id-11","number":1}');
INSERT INTO "effects" VALUES(12,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-12/id-12/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-12/id-12","number":1}');
INSERT INTO "effects" VALUES(13,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-13/id-13/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-13/id-13","number":1}');
INSERT INTO "effects" VALUES(14,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-14/id-14/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-14/id-14","number":1}');
INSERT INTO "effects" VALUES(15,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-15/id-15/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-15/id-15","number":1}');
INSERT INTO "effects" VALUES(16,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-16/id-16/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-16/id-16","number":1}');
INSERT INTO "effects" VALUES(17,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-17/id-17/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-17/id-17","number":1}');
INSERT INTO "effects" VALUES(18,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-18/id-18/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-18/id-18","number":1}');
INSERT INTO "effects" VALUES(19,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-19/id-19/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-19/id-19","number":1}');
INSERT INTO "effects" VALUES(20,'invoke/arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-20/id-20/1','{"type":"invoke","arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-20/id-20","number":1}');
CREATE TABLE events (
    execution INTEGER NOT NULL,
    event_id INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (execution, event_id)
) WITHOUT ROWID;
INSERT INTO "events" VALUES(1,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000001,"id":"id-1"}');
INSERT INTO "events" VALUES(1,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(1,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(1,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(1,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(1,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(1,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(2,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000002,"id":"id-2"}');
INSERT INTO "events" VALUES(2,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(2,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(2,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(2,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(2,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(2,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(3,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000003,"id":"id-3"}');
INSERT INTO "events" VALUES(3,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(3,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(3,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(3,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(3,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(3,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(4,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000004,"id":"id-4"}');
INSERT INTO "events" VALUES(4,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(4,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(4,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(4,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(4,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(4,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(5,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000005,"id":"id-5"}');
INSERT INTO "events" VALUES(5,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(5,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(5,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(5,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(5,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(5,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(6,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000006,"id":"id-6"}');
INSERT INTO "events" VALUES(6,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(6,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(6,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(6,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(6,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(6,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(7,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000007,"id":"id-7"}');
INSERT INTO "events" VALUES(7,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(7,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(7,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(7,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(7,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(7,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(8,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000008,"id":"id-8"}');
INSERT INTO "events" VALUES(8,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(8,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(8,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(8,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(8,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(8,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(9,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000009,"id":"id-9"}');
INSERT INTO "events" VALUES(9,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(9,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(9,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(9,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(9,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(9,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(10,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000010,"id":"id-10"}');
INSERT INTO "events" VALUES(10,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(10,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(10,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(10,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(10,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(10,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(11,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000011,"id":"id-11"}');
INSERT INTO "events" VALUES(11,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(11,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(11,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(11,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(11,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(11,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(12,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000012,"id":"id-12"}');
INSERT INTO "events" VALUES(12,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(12,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(12,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(12,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(12,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(12,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(13,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000013,"id":"id-13"}');
INSERT INTO "events" VALUES(13,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(13,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(13,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(13,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(13,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(13,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(14,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000014,"id":"id-14"}');
INSERT INTO "events" VALUES(14,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(14,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(14,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(14,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(14,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(14,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(15,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000015,"id":"id-15"}');
INSERT INTO "events" VALUES(15,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(15,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(15,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(15,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(15,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(15,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(16,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000016,"id":"id-16"}');
INSERT INTO "events" VALUES(16,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(16,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(16,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(16,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(16,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(16,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(17,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000017,"id":"id-17"}');
INSERT INTO "events" VALUES(17,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(17,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(17,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(17,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(17,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(17,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(18,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000018,"id":"id-18"}');
INSERT INTO "events" VALUES(18,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(18,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(18,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(18,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(18,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(18,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(19,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000019,"id":"id-19"}');
INSERT INTO "events" VALUES(19,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(19,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(19,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(19,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(19,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(19,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(20,1,'{"event_id":1,"type":"ExecutionStarted","at":1700000000020,"id":"id-20"}');
INSERT INTO "events" VALUES(20,2,'{"event_id":2,"type":"StepStarted","at":1700000000000,"id":"step-2","name":"charge"}');
INSERT INTO "events" VALUES(20,3,'{"event_id":3,"type":"StepSucceeded","at":1700000000000,"id":"step-2","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(20,4,'{"event_id":4,"type":"StepStarted","at":1700000000000,"id":"step-3","name":"charge"}');
INSERT INTO "events" VALUES(20,5,'{"event_id":5,"type":"StepSucceeded","at":1700000000000,"id":"step-3","name":"charge","result":"\"ok\""}');
INSERT INTO "events" VALUES(20,6,'{"event_id":6,"type":"StepStarted","at":1700000000000,"id":"step-4","name":"charge"}');
INSERT INTO "events" VALUES(20,7,'{"event_id":7,"type":"StepSucceeded","at":1700000000000,"id":"step-4","name":"charge","result":"\"ok\""}');
CREATE TABLE executions (
    id INTEGER PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    function TEXT NOT NULL,
    function_version TEXT NOT NULL,
    name TEXT NOT NULL,
    unique_name TEXT,
    started_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    due_at INTEGER,
    is_live INTEGER NOT NULL,
    head TEXT NOT NULL
);
INSERT INTO "executions" VALUES(1,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-1/id-1','orders','$LATEST','order-1',NULL,1700000000001,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(2,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-2/id-2','orders','$LATEST','order-2',NULL,1700000000002,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(3,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-3/id-3','orders','$LATEST','order-3',NULL,1700000000003,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(4,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-4/id-4','orders','$LATEST','order-4',NULL,1700000000004,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(5,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-5/id-5','orders','$LATEST','order-5',NULL,1700000000005,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(6,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-6/id-6','orders','$LATEST','order-6',NULL,1700000000006,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(7,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-7/id-7','orders','$LATEST','order-7',NULL,1700000000007,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(8,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-8/id-8','orders','$LATEST','order-8',NULL,1700000000008,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(9,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-9/id-9','orders','$LATEST','order-9',NULL,1700000000009,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(10,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-10/id-10','orders','$LATEST','order-10',NULL,1700000000010,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(11,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-11/id-11','orders','$LATEST','order-11',NULL,1700000000011,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(12,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-12/id-12','orders','$LATEST','order-12',NULL,1700000000012,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(13,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-13/id-13','orders','$LATEST','order-13',NULL,1700000000013,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(14,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-14/id-14','orders','$LATEST','order-14',NULL,1700000000014,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(15,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-15/id-15','orders','$LATEST','order-15',NULL,1700000000015,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(16,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-16/id-16','orders','$LATEST','order-16',NULL,1700000000016,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(17,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-17/id-17','orders','$LATEST','order-17',NULL,1700000000017,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(18,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-18/id-18','orders','$LATEST','order-18',NULL,1700000000018,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(19,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-19/id-19','orders','$LATEST','order-19',NULL,1700000000019,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
INSERT INTO "executions" VALUES(20,'arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-20/id-20','orders','$LATEST','order-20',NULL,1700000000020,'RUNNING',4,1700003600000,0,'{"version":4,"events":7,"operations":4,"invocations":1}');
CREATE TABLE garbage (
    execution INTEGER PRIMARY KEY
);
CREATE TABLE operations (
    execution INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (execution, seq)
) WITHOUT ROWID;
INSERT INTO "operations" VALUES(1,1,'{"id":"id-1","kind":"EXECUTION","status":"STARTED","started_at":1700000000001,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(1,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(1,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(1,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(2,1,'{"id":"id-2","kind":"EXECUTION","status":"STARTED","started_at":1700000000002,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(2,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(2,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(2,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(3,1,'{"id":"id-3","kind":"EXECUTION","status":"STARTED","started_at":1700000000003,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(3,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(3,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(3,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(4,1,'{"id":"id-4","kind":"EXECUTION","status":"STARTED","started_at":1700000000004,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(4,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(4,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(4,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(5,1,'{"id":"id-5","kind":"EXECUTION","status":"STARTED","started_at":1700000000005,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(5,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(5,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(5,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(6,1,'{"id":"id-6","kind":"EXECUTION","status":"STARTED","started_at":1700000000006,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(6,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(6,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(6,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(7,1,'{"id":"id-7","kind":"EXECUTION","status":"STARTED","started_at":1700000000007,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(7,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(7,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(7,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(8,1,'{"id":"id-8","kind":"EXECUTION","status":"STARTED","started_at":1700000000008,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(8,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(8,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(8,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(9,1,'{"id":"id-9","kind":"EXECUTION","status":"STARTED","started_at":1700000000009,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(9,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(9,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(9,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(10,1,'{"id":"id-10","kind":"EXECUTION","status":"STARTED","started_at":1700000000010,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(10,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(10,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(10,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(11,1,'{"id":"id-11","kind":"EXECUTION","status":"STARTED","started_at":1700000000011,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(11,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(11,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(11,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(12,1,'{"id":"id-12","kind":"EXECUTION","status":"STARTED","started_at":1700000000012,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(12,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(12,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(12,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(13,1,'{"id":"id-13","kind":"EXECUTION","status":"STARTED","started_at":1700000000013,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(13,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(13,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(13,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(14,1,'{"id":"id-14","kind":"EXECUTION","status":"STARTED","started_at":1700000000014,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(14,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(14,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(14,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(15,1,'{"id":"id-15","kind":"EXECUTION","status":"STARTED","started_at":1700000000015,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(15,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(15,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(15,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(16,1,'{"id":"id-16","kind":"EXECUTION","status":"STARTED","started_at":1700000000016,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(16,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(16,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(16,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(17,1,'{"id":"id-17","kind":"EXECUTION","status":"STARTED","started_at":1700000000017,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(17,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(17,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(17,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(18,1,'{"id":"id-18","kind":"EXECUTION","status":"STARTED","started_at":1700000000018,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(18,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(18,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(18,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(19,1,'{"id":"id-19","kind":"EXECUTION","status":"STARTED","started_at":1700000000019,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(19,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(19,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(19,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
INSERT INTO "operations" VALUES(20,1,'{"id":"id-20","kind":"EXECUTION","status":"STARTED","started_at":1700000000020,"seq":1,"input":"{\"käse\": 1}"}');
INSERT INTO "operations" VALUES(20,2,'{"id":"step-2","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":2,"attempt":1}');
INSERT INTO "operations" VALUES(20,3,'{"id":"step-3","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":3,"attempt":1}');
INSERT INTO "operations" VALUES(20,4,'{"id":"step-4","kind":"STEP","status":"SUCCEEDED","started_at":1700000000000,"ended_at":1700000000000,"name":"charge","result":"\"ok\"","seq":4,"attempt":1}');
CREATE TABLE origins (
    execution INTEGER PRIMARY KEY,
    record TEXT NOT NULL
);
INSERT INTO "origins" VALUES(1,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-1/id-1","execution_id":"id-1","name":"order-1","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000001,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(2,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-2/id-2","execution_id":"id-2","name":"order-2","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000002,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(3,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-3/id-3","execution_id":"id-3","name":"order-3","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000003,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(4,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-4/id-4","execution_id":"id-4","name":"order-4","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000004,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(5,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-5/id-5","execution_id":"id-5","name":"order-5","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000005,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(6,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-6/id-6","execution_id":"id-6","name":"order-6","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000006,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(7,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-7/id-7","execution_id":"id-7","name":"order-7","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000007,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(8,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-8/id-8","execution_id":"id-8","name":"order-8","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000008,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(9,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-9/id-9","execution_id":"id-9","name":"order-9","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000009,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(10,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-10/id-10","execution_id":"id-10","name":"order-10","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000010,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(11,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-11/id-11","execution_id":"id-11","name":"order-11","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000011,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(12,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-12/id-12","execution_id":"id-12","name":"order-12","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000012,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(13,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-13/id-13","execution_id":"id-13","name":"order-13","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000013,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(14,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-14/id-14","execution_id":"id-14","name":"order-14","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000014,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(15,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-15/id-15","execution_id":"id-15","name":"order-15","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000015,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(16,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-16/id-16","execution_id":"id-16","name":"order-16","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000016,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(17,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-17/id-17","execution_id":"id-17","name":"order-17","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000017,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(18,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-18/id-18","execution_id":"id-18","name":"order-18","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000018,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(19,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-19/id-19","execution_id":"id-19","name":"order-19","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000019,"timeout_seconds":3600}');
INSERT INTO "origins" VALUES(20,'{"arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST/durable-execution/order-20/id-20","execution_id":"id-20","name":"order-20","function":"orders","version":"$LATEST","function_arn":"arn:aws:lambda:us-east-1:000000000000:function:orders:$LATEST","input":"{\"käse\": 1}","started_at":1700000000020,"timeout_seconds":3600}');
CREATE UNIQUE INDEX executions_unique_name ON executions (function, unique_name) WHERE unique_name IS NOT NULL;
CREATE INDEX executions_due ON executions (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX executions_live ON executions (id) WHERE is_live = 1;
CREATE INDEX executions_by_start ON executions (started_at);
CREATE INDEX executions_by_function ON executions (function, started_at);
CREATE INDEX executions_by_name ON executions (name, started_at);
COMMIT;
