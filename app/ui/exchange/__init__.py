"""数据交换: export, import, and enrolment of devices."""
